import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../sqlite/index.ts'
import { describeStore } from './suite.ts'

describeStore('sqlite', async (options) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sealpost-store-'))
  const store = await openSqliteStore({ dataDir, ...options })
  return {
    store,
    async cleanUp() {
      await store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
})
