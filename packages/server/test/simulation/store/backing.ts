import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore } from '../../../src/store/memory/index.ts'
import type { EngineOptions } from '../../../src/store/options.ts'
import { openSqliteStore } from '../../../src/store/sqlite/index.ts'
import type { Store } from '../../../src/store/store.ts'

/** What all simulated processes share: the rows, which outlive each of them. */
export interface Backing {
  readonly store: Store
  /** As a process that starts finds it, after the last one has gone. */
  reopen(): Promise<void>
  remove(): Promise<void>
  /** Where its files are, if it has any. */
  readonly dataDir?: string
}

export type OpenBacking = (options: EngineOptions) => Promise<Backing>

export const memoryBacking: OpenBacking = async (options) => {
  const store = createMemoryStore(options)
  return { store, reopen: async () => undefined, remove: () => store.close() }
}

/** A real database file, closed and opened again between processes. */
export const sqliteBacking: OpenBacking = async (options) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sealpost-simulation-'))
  let store = await openSqliteStore({ ...options, dataDir })
  return {
    dataDir,
    get store() {
      return store
    },
    async reopen() {
      await store.close()
      store = await openSqliteStore({ ...options, dataDir })
    },
    async remove() {
      await store.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The stores a simulation runs over, by the names of the command line. */
export const BACKINGS = { memory: memoryBacking, sqlite: sqliteBacking } as const
export type BackingName = keyof typeof BACKINGS

export function isBackingName(text: string): text is BackingName {
  return Object.hasOwn(BACKINGS, text)
}
