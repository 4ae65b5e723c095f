import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SQLITE_BUSY, primaryCodeOf } from './errors.ts'

export const LOCK_FILE_NAME = 'serve.lock'

/** Locks that are held. SQLite lets go when a connection is garbage, so something must keep hold of it. */
const held = new Set<DatabaseSync>()

/**
 * Makes sure that one server at a time works on a data directory. The lock is an exclusive transaction on a SQLite
 * file of its own: the kernel drops it with the process, however that ends, so that no stale lock has to be told from
 * a live one. (POSIX locks also go when the process closes *any* handle on the file: nothing else here may open it.)
 *
 * Throws an Error that says so when another server has the directory.
 */
export function lockDataDirectory(dataDir: string): { release(): void } {
  const database = new DatabaseSync(join(dataDir, LOCK_FILE_NAME), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (primaryCodeOf(error) !== SQLITE_BUSY) throw error
    throw new Error(`Another server uses the data directory ${dataDir}`, { cause: error })
  }
  held.add(database)
  return {
    release() {
      if (held.delete(database)) database.close()
    },
  }
}

/** Whether a server has the directory. Throws when that cannot be told. */
export function isLocked(dataDir: string): boolean {
  const path = join(dataDir, LOCK_FILE_NAME)
  if (!existsSync(path)) return false
  const lock = new DatabaseSync(path, { readOnly: true })
  try {
    // Any read needs a shared lock, which an exclusive one keeps out.
    lock.prepare('PRAGMA schema_version').get()
    return false
  } catch (error) {
    if (primaryCodeOf(error) === SQLITE_BUSY) return true
    throw error
  } finally {
    lock.close()
  }
}
