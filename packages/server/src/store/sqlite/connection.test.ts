import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '../../core/errors.ts'
import { createConnection } from './connection.ts'

const PAGES_MAX = 10

let dataDir = ''
let database: DatabaseSync

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sealpost-connection-'))
  database = new DatabaseSync(join(dataDir, 'test.db'), { timeout: 0 })
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT NOT NULL)')
})
afterEach(() => {
  if (database.isOpen) database.close()
  rmSync(dataDir, { recursive: true })
})

function problemOf(action: () => unknown): Problem {
  try {
    action()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a transaction', () => {
  test('is undone whole when it throws, and tells how it ended', () => {
    const connection = createConnection(database)
    const ends: boolean[] = []
    connection.onEnd((committed) => ends.push(committed))
    const insert = connection.prepare('INSERT INTO notes (text) VALUES (?)')
    const count = connection.prepare<{ count: number }>('SELECT count(*) AS count FROM notes')
    const fault = new Error('changed my mind')
    expect(() =>
      connection.write(() => {
        insert.run('lost')
        throw fault
      }),
    ).toThrow(fault)
    expect(count.get()?.count).toBe(0)
    connection.write(() => insert.run('kept'))
    expect(count.get()?.count).toBe(1)
    expect(ends).toEqual([false, true])
    expect(connection.ailing).toBe(false)
  })

  test('a savepoint undoes its own part', () => {
    const connection = createConnection(database)
    const insert = connection.prepare('INSERT INTO notes (text) VALUES (?)')
    connection.write(() => {
      insert.run('before')
      expect(() =>
        connection.savepoint(() => {
          insert.run('lost')
          insert.run(null)
        }),
      ).toThrow('NOT NULL')
      connection.savepoint(() => insert.run('after'))
    })
    expect(database.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'before' }, { text: 'after' }])
  })
})

describe('a failure of the store', () => {
  test('a full disk is store_full, and leaves a store that works on', () => {
    const connection = createConnection(database)
    const insert = connection.prepare('INSERT INTO notes (text) VALUES (?)')
    database.exec(`PRAGMA max_page_count = ${PAGES_MAX}`)
    const problem = problemOf(() =>
      connection.write(() => {
        for (let row = 0; row < 1_000; row += 1) insert.run('x'.repeat(1_000))
      }),
    )
    expect(problem.code).toBe('store_full')
    expect(problem.cause).toMatchObject({ errstr: 'database or disk is full' })
    expect(connection.ailing).toBe(true)
    expect(database.isTransaction).toBe(false)
    connection.write(() => insert.run('fits'))
    expect(database.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'fits' }])
    connection.proveHealthy()
    expect(connection.ailing).toBe(false)
  })

  test('a lock that another process does not give up is store_unavailable', () => {
    const connection = createConnection(database)
    const other = new DatabaseSync(join(dataDir, 'test.db'), { timeout: 0 })
    other.exec('BEGIN IMMEDIATE')
    const problem = problemOf(() => connection.write(() => undefined))
    expect(problem.code).toBe('store_unavailable')
    expect(problem.cause).toMatchObject({ errstr: 'database is locked' })
    other.exec('ROLLBACK')
    other.close()
    connection.write(() => undefined)
  })

  test('a read of a closed database is store_unavailable', () => {
    const connection = createConnection(database)
    const select = connection.prepare('SELECT * FROM notes')
    database.close()
    expect(problemOf(() => connection.read(() => select.all())).code).toBe('store_unavailable')
  })
})
