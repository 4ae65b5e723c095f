import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrate.ts'

export const DATABASE_FILE_NAME = 'sealpost.db'
const OPENING_FILE_NAME = 'open.lock'

/** How long to wait for a short write of another process, such as the command line making a key. */
export const BUSY_TIMEOUT_MS = 5_000
const CACHE_KIB_MAX = 16 * 1024
/** What the write-ahead log is cut back to after a burst made it grow. */
const LOG_BYTES_KEPT = 16 * 1024 * 1024

/** Opens, and if need be makes and migrates, the database in `dataDir`, which must be there. */
export function openDatabase(dataDir: string): DatabaseSync {
  // The switch of a new database to WAL does not wait for other processes but fails: let them come one by one.
  const turn = new DatabaseSync(join(dataDir, OPENING_FILE_NAME), { timeout: BUSY_TIMEOUT_MS })
  try {
    turn.exec('BEGIN EXCLUSIVE')
    return openInTurn(join(dataDir, DATABASE_FILE_NAME))
  } finally {
    turn.close()
  }
}

/**
 * It holds what customers sent: for the owner's eyes. SQLite gives its log files the mode of the database. Opening a
 * database that is there and closing it again would drop the locks this process holds on it, so that must not happen.
 */
function createForOwner(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function openInTurn(path: string): DatabaseSync {
  createForOwner(path)
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL; -- NORMAL could lose the last commits with the power; see forced-log.ts
      PRAGMA cache_size = -${CACHE_KIB_MAX};
      PRAGMA mmap_size = 0; -- a disk error would be a SIGBUS, not an error
      PRAGMA journal_size_limit = ${LOG_BYTES_KEPT};
      PRAGMA temp_store = MEMORY;
    `)
    migrate(database)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}
