import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MINUTE_MS } from '../../../src/core/time.ts'
import type { RetentionStore } from '../../../src/store/store.ts'
import { sqliteBacking, type OpenBacking } from '../store/backing.ts'
import { BUSY, type Mutation } from './mutation.ts'

/** A sweep that does not look at the state. Over a real database, since no store would offer to do such a thing. */
const careless: OpenBacking = async (options) => {
  const backing = await sqliteBacking(options)
  const path = join(backing.dataDir ?? '', 'sealpost.db')
  return {
    reopen: () => backing.reopen(),
    remove: () => backing.remove(),
    get store() {
      const { store } = backing
      return { ...store, retention: carelessSweep(store.retention, path) }
    },
  }
}

const ONE_PENDING = `
  DELETE FROM deliveries WHERE attempt_count = 0
    AND seq IN (SELECT seq FROM deliveries WHERE state = 0 AND leased_at IS NULL LIMIT 1)`

function carelessSweep(retention: RetentionStore, path: string): RetentionStore {
  return {
    ...retention,
    async sweep(before, keysBefore, limit) {
      const database = new DatabaseSync(path)
      const { changes } = database.prepare(ONE_PENDING).run()
      database.close()
      return (await retention.sweep(before, keysBefore, limit)) + Number(changes)
    },
  }
}

export const pendingRemoved: Mutation = {
  name: 'retention deletes pending work',
  invariant: 20,
  scenario: {
    ...BUSY,
    hours: 2,
    organizations: 1,
    eventsPerHour: 20,
    slots: 2,
    slotsPerWebhook: 1,
    burstsPerHour: 6,
    retentionMs: 30 * MINUTE_MS,
  },
  options: { openBacking: careless },
}
