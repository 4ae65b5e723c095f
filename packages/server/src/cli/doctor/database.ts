import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readRunningServer, type RunningServer } from '../../config/running-server.ts'
import { messageOf } from '../message-of.ts'
import { ok, wrong, type Check, type CheckResult } from './check.ts'

const DATABASE_FILE = 'sealpost.db'
/** A running server holds an exclusive lock on it, which dies with its process. */
const LOCK_FILE = 'serve.lock'
/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5

/** Opens the database for reading only: does it open, is it whole, and does a server run on it? */
export const checkDatabase: Check = async ({ settings }) => {
  const path = join(settings.dataDir, DATABASE_FILE)
  if (!existsSync(path)) return [ok('database', `${path} is not there yet; the first start makes it`)]
  return [checkWhole(path), checkServer(join(settings.dataDir, LOCK_FILE))]
}

function checkWhole(path: string): CheckResult {
  try {
    const database = new DatabaseSync(path, { readOnly: true })
    try {
      const version = Number(Object.values(database.prepare('PRAGMA user_version').get() ?? {})[0])
      // One row "ok", or one row for each fault up to the number given.
      const faults = database
        .prepare('PRAGMA quick_check(3)')
        .all()
        .map((row) => String(Object.values(row)[0]))
      if (faults.join() === 'ok') return ok('database', `${path} is whole (schema version ${version})`)
      return wrong('database', `${path} is damaged: ${faults.join('; ')}`, 'Restore it from a backup.')
    } finally {
      database.close()
    }
  } catch (error) {
    return wrong('database', `${path} cannot be opened: ${messageOf(error)}`, 'Restore it from a backup.')
  }
}

function checkServer(path: string): CheckResult {
  try {
    return isLocked(path)
      ? ok('server', 'A server runs on this data directory')
      : ok('server', 'No server runs on this data directory')
  } catch (error) {
    const advice = `Remove ${path} when no server runs.`
    return wrong('server', `${path} cannot be read: ${messageOf(error)}`, advice)
  }
}

/** Throws when that cannot be told. */
function isLocked(path: string): boolean {
  if (!existsSync(path)) return false
  const lock = new DatabaseSync(path, { readOnly: true })
  try {
    // Any read needs a shared lock, which an exclusive one keeps out.
    lock.prepare('PRAGMA schema_version').get()
    return false
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return true
    throw error
  } finally {
    lock.close()
  }
}

/** The server that runs on this data directory, as it described itself at its start; null when none does. */
export function runningServerOn(dataDir: string): RunningServer | null {
  try {
    return isLocked(join(dataDir, LOCK_FILE)) ? readRunningServer(dataDir) : null
  } catch {
    // checkDatabase says what is wrong with the lock.
    return null
  }
}
