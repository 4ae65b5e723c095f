import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { BUSY_TIMEOUT_MS } from './open-database.ts'
import type { CheckpointReply, CheckpointThreadData } from './checkpoints.ts'

/**
 * Copies the write-ahead log into the database whenever it is asked to, and says how far it came. It stops nobody: commits
 * go on meanwhile, in this process and in others.
 */
const { path } = workerData as CheckpointThreadData
const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
// Otherwise it would copy once more as it closes, and remove a log that is in use.
database.exec('PRAGMA wal_autocheckpoint = 0')
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

function run(): CheckpointReply {
  try {
    const row = checkpoint.get()
    return { pages: Number(row?.['log']), copied: Number(row?.['checkpointed']), error: null }
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null
    return {
      pages: 0,
      copied: 0,
      error: { message: error instanceof Error ? error.message : String(error), code },
    }
  }
}

parentPort?.on('message', () => parentPort?.postMessage(run()))
