import { existsSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { Problem } from '../../core/errors.ts'
import type { BackupContents, BackupRequest } from '../backup.ts'
import { storeError } from './errors.ts'
import { BUSY_TIMEOUT_MS, DATABASE_FILE_NAME } from './open-database.ts'

/** Four megabytes. Between two steps the copy tells how far it is, and can be given up. */
const PAGES_PER_STEP = 1_000

/**
 * Copies the database of `dataDir` as it is at this moment, while a server writes to it, and checks the copy. Rejects with
 * an Error for a person's eyes when there is no database, no room for the copy, or something wrong with it.
 *
 * SQLite's backup begins again whenever another connection has written between two of its steps, and so never ends beside
 * a busy server; but not while its own connection is in a read transaction. Of 550 MB, beside a server that wrote 3,000
 * deliveries a second, it made a copy in 1 to 2 s so; VACUUM INTO, which tells nothing and cannot be stopped, took 3 to 5.
 * Meanwhile the write-ahead log grows by what the server writes.
 */
export async function backUpDatabase(dataDir: string, request: BackupRequest): Promise<BackupContents> {
  const source = join(dataDir, DATABASE_FILE_NAME)
  if (!existsSync(source)) {
    throw new Error(
      `There is no database in ${dataDir}. Name the data directory of the server with --data-dir.`,
    )
  }
  try {
    request.signal.throwIfAborted()
    await copy(source, request)
    request.onChecking()
    return await inspect(request)
  } catch (error) {
    throw explained(error, request.path)
  }
}

async function copy(source: string, { path, signal, onCopied }: BackupRequest): Promise<void> {
  const database = new DatabaseSync(source, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    // A transaction sees the database as it is when it first reads.
    database.exec('BEGIN; SELECT 1 FROM sqlite_schema')
    const pageBytes = numberOf(database, 'PRAGMA page_size')
    const bytes = numberOf(database, 'PRAGMA page_count') * pageBytes
    requireRoom(path, bytes)
    await backup(database, path, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted()
        onCopied((totalPages - remainingPages) * pageBytes, bytes)
      },
    })
  } finally {
    database.close()
  }
}

/** A copy that fills the disk which the server writes to does the harm that it is to guard against. */
function requireRoom(path: string, bytes: number): void {
  const directory = dirname(path)
  const { bavail, bsize } = statfsSync(directory)
  if (bavail * bsize >= bytes) return
  const [needed, free] = [bytes, bavail * bsize].map((size) => Math.ceil(size / 1e6))
  throw new Error(`The copy takes ${needed} MB, and in ${directory} there is room for ${free} MB.`)
}

/** Reads the whole copy, table by table, with a moment between them in which it can be given up. */
async function inspect({ path, signal, clock }: BackupRequest): Promise<BackupContents> {
  const database = new DatabaseSync(path)
  try {
    // It is in WAL mode as the database is, which is three files; one is easier to keep, and a server goes back to WAL.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE')
    for (const { name } of database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()) {
      await new Promise<void>((resolve) => clock.after(0, resolve))
      signal.throwIfAborted()
      const found = database.prepare(`PRAGMA quick_check('${String(name)}')`).get()?.['quick_check']
      if (found !== 'ok') {
        throw new Error(
          `The copy is damaged, and so perhaps is the database: ${String(found)}. Run: sealpost doctor`,
        )
      }
    }
    return contentsOf(database)
  } finally {
    database.close()
  }
}

function contentsOf(database: DatabaseSync): BackupContents {
  const count = (rows: string): number => numberOf(database, `SELECT count(*) FROM ${rows}`)
  return {
    bytes: numberOf(database, 'PRAGMA page_size') * numberOf(database, 'PRAGMA page_count'),
    schemaVersion: numberOf(database, 'PRAGMA user_version'),
    organizations: count('organizations'),
    webhooks: count('webhooks WHERE deleted_at IS NULL'),
    runs: count('runs'),
    events: count('events'),
    deliveries: count('deliveries'),
  }
}

/** The one number that a query gives. */
function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0])
}

function explained(error: unknown, path: string): unknown {
  const problem = storeError(error)
  if (!(problem instanceof Problem)) return error
  const message =
    problem.code === 'store_full'
      ? `There is no room left for ${path}.`
      : `The database cannot be copied to ${path}: ${(error as Error).message}. Run sealpost doctor to see whether it is whole.`
  return new Error(message, { cause: error })
}
