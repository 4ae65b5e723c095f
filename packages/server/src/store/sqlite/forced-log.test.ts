import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createConnection } from './connection.ts'
import { createForcedLog } from './forced-log.ts'
import { DATABASE_FILE_NAME, openDatabase } from './open-database.ts'

/** A checkpoint, and what is committed beside it. */
const LOG_BYTES_MAX = 32 * 1024 * 1024
const ROW_BYTES = 256 * 1024

let dataDir = ''

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-log-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true })
})

function open() {
  const database = openDatabase(dataDir)
  const faults: Error[] = []
  const path = join(dataDir, DATABASE_FILE_NAME)
  const watch = {
    onLost: (error: Error) => faults.push(error),
    onFault: (error: Error) => faults.push(error),
  }
  const connection = createConnection(database, createForcedLog(database, path, watch))
  database.exec('CREATE TABLE IF NOT EXISTS notes (text BLOB NOT NULL)')
  const insert = connection.prepare('INSERT INTO notes (text) VALUES (?)')
  return {
    connection,
    faults,
    path,
    add: (bytes: number) => connection.commit(() => void insert.run(Buffer.alloc(bytes, 1))),
    close: async (): Promise<void> => {
      await connection.close()
      database.close()
    },
  }
}

test('a commit is durable when its promise resolves, and others share the wait', async () => {
  const { connection, add, close, faults } = open()
  const both = [add(1), add(1)]
  expect(connection.durable()).not.toBeNull()
  await Promise.all(both)
  expect(connection.durable()).toBeNull()
  expect(faults).toEqual([])
  await close()
})

test('however much is committed, the log keeps its bound and the database gets it', async () => {
  const { path, add, close, faults } = open()
  const rows = 600
  for (let count = 0; count < rows; count++) await add(ROW_BYTES)
  expect(statSync(`${path}-wal`).size).toBeLessThan(LOG_BYTES_MAX)
  expect(faults).toEqual([])
  await close()
  const database = new DatabaseSync(path)
  expect(database.prepare('SELECT count(*) AS count FROM notes').get()).toEqual({ count: rows })
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  database.close()
})

test('what an earlier process left in the log is there, and still there after the next', async () => {
  const first = open()
  await first.add(10)
  // Without closing it: the log stays behind, as after a crash.
  const second = open()
  await second.add(10)
  await second.close()
  await first.close()
  const database = new DatabaseSync(first.path)
  expect(database.prepare('SELECT count(*) AS count FROM notes').get()).toEqual({ count: 2 })
  database.close()
})
