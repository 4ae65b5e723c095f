import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createStoreOn } from './index.ts'
import { openDatabase } from './open-database.ts'

/**
 * The steps of a plan that read a whole table, or all that one organization has in it, or sort what an index should
 * have sorted.
 */
const SLOW_STEP =
  /\bSCAN (?!lanes\b|CONSTANT ROW)|USE TEMP B-TREE|autoindex_(events|deliveries|runs)_\d \(organization_id=\?\)/

/** Statements that may be slow, and why. */
const ALLOWED: readonly { sql: RegExp; because: string }[] = [
  {
    sql: /WHERE r\.status IN/,
    because: 'it walks runs_unfinished, which holds no more than what it asks for',
  },
  {
    sql: /^SELECT \* FROM organizations ORDER BY id$/,
    because: 'there are few, and no list asks for a page of them',
  },
  {
    sql: /d\.event_seq = \(/,
    because: 'the deliveries of one event are sorted; they are as many as webhooks heard it',
  },
]

test('no statement of the store walks a table', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sealpost-plans-'))
  const database = openDatabase(dataDir)
  const connection = createConnection(database)
  const statements: string[] = []
  const recording: Connection = {
    ...connection,
    prepare: (sql) => {
      statements.push(sql.trim())
      return connection.prepare(sql)
    },
  }
  const store = createStoreOn(database, recording, { now: () => 0, makeDeliveryId: () => '' })

  const slow = statements.flatMap((sql) => {
    if (ALLOWED.some((allowed) => allowed.sql.test(sql))) return []
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const details = steps.map((step) => String(step['detail'])).filter((detail) => SLOW_STEP.test(detail))
    return details.length === 0 ? [] : [{ sql, details }]
  })
  await store.close()
  rmSync(dataDir, { recursive: true })
  expect(statements.length).toBeGreaterThan(50)
  expect(slow).toEqual([])
})
