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
  /\bSCAN (?!lanes\b|json_each\b|CONSTANT ROW)|USE TEMP B-TREE|autoindex_(events|deliveries|runs)_\d \(organization_id=\?\)/

/** Statements that may be slow, and why. */
const ALLOWED: readonly { sql: RegExp; because: string }[] = [
  {
    sql: /^SELECT count\(\*\) AS count FROM \(SELECT 1 FROM deliveries WHERE webhook_seq = \? AND state = 1 LIMIT/,
    because: 'it counts what deliveries_webhook has found, up to a bound',
  },
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
  {
    sql: /FROM webhook_moves m CROSS JOIN/,
    because: 'it reads what is left to do, once when the store opens',
  },
  {
    sql: /FROM fanouts INDEXED BY fanouts_organization GROUP BY/,
    because: 'it counts what is left to do, once when the store opens and after something was undone',
  },
]

/** Work at hand, however much lies finished beside it: statements, and the step that finds their deliveries. */
const AT_HAND: readonly { sql: RegExp; step: string }[] = [
  ...['score', 'seen'].map((having) => ({
    sql: new RegExp(`INDEXED BY runs_compared_${having}`),
    step: `SEARCH runs USING INDEX runs_compared_${having} (organization_id=? AND workflow_id=? AND subject=? AND settings=? AND ended_at<?)`,
  })),
  {
    sql: /d\.due_at BETWEEN \? AND \? ORDER BY d\.due_at LIMIT/,
    step: 'SEARCH d USING INDEX deliveries_ready (webhook_seq=? AND due_at>? AND due_at<?)',
  },
  {
    sql: /^SELECT d\.due_at FROM deliveries d .* ORDER BY d\.due_at LIMIT 1$/,
    step: 'SEARCH d USING INDEX deliveries_ready (webhook_seq=? AND due_at>?)',
  },
  {
    sql: /^SELECT min\(seq\) AS seq FROM deliveries/,
    step: 'SEARCH deliveries USING INDEX deliveries_order (webhook_seq=? AND order_key=?)',
  },
  {
    sql: /^SELECT [^;]* INDEXED BY deliveries_webhook/,
    step: 'SEARCH deliveries USING INDEX deliveries_webhook (webhook_seq=? AND state=? AND id>?)',
  },
]

/** Every statement of the store, and each step of its plan. */
async function plansOfStore(): Promise<{ sql: string; steps: string[] }[]> {
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
  const plans = statements.map((sql) => {
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    return { sql, steps: rows.map((row) => String(row['detail'])) }
  })
  await store.close()
  rmSync(dataDir, { recursive: true })
  return plans
}

test('no statement of the store walks a table', async () => {
  const plans = await plansOfStore()
  const slow = plans.flatMap(({ sql, steps }) => {
    if (ALLOWED.some((allowed) => allowed.sql.test(sql))) return []
    const details = steps.filter((step) => SLOW_STEP.test(step))
    return details.length === 0 ? [] : [{ sql, details }]
  })
  expect(plans.length).toBeGreaterThan(50)
  expect(slow).toEqual([])
})

test('work at hand is found without what is finished', async () => {
  const plans = await plansOfStore()
  for (const { sql, step } of AT_HAND) {
    const found = plans.filter((plan) => sql.test(plan.sql))
    expect(found.length, String(sql)).toBeGreaterThan(0)
    for (const plan of found) expect(plan.steps[0]).toBe(step)
  }
})

test('a slice of a fan-out seeks its first event, and what it asks of each webhook', async () => {
  const plans = await plansOfStore()
  const steps = (sql: RegExp) => plans.filter((plan) => sql.test(plan.sql)).map((plan) => plan.steps)
  expect(steps(/FROM fanouts f CROSS JOIN events/)).toEqual([
    [
      'SEARCH f USING INDEX fanouts_organization (organization_id=?)',
      'SEARCH e USING INTEGER PRIMARY KEY (rowid=?)',
    ],
  ])
  expect(steps(/FROM fanouts WHERE organization_id = \? AND event_seq >/)).toEqual([
    ['SEARCH fanouts USING COVERING INDEX fanouts_organization (organization_id=? AND event_seq>?)'],
  ])
  expect(steps(/DELETE FROM audiences/)).toEqual([
    [
      'SEARCH audiences USING INTEGER PRIMARY KEY (rowid=?)',
      'SCALAR SUBQUERY 1',
      'SEARCH fanouts USING COVERING INDEX fanouts_audience (audience_seq=?)',
      // The foreign key's own question.
      'SEARCH fanouts USING COVERING INDEX fanouts_audience (audience_seq=?)',
    ],
  ])
  expect(
    steps(/FROM webhook_events\s+WHERE organization_id = \? AND event_type = \? AND webhook_seq >/),
  ).toEqual([
    ['SEARCH webhook_events USING PRIMARY KEY (organization_id=? AND event_type=? AND webhook_seq>?)'],
  ])
})

test('a slice of a replay seeks its first event, and for each the one delivery', async () => {
  const plans = await plansOfStore()
  const slice = plans.filter(({ sql }) => sql.includes('LEFT JOIN deliveries') && sql.includes('LIMIT ?'))
  expect(slice.map(({ steps }) => steps)).toEqual([
    [
      'SEARCH e USING INDEX events_type (organization_id=? AND type=? AND id>? AND id<?)',
      'SEARCH d USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN',
      'CORRELATED SCALAR SUBQUERY 3',
      'SEARCH n USING COVERING INDEX deliveries_event (event_seq=? AND webhook_seq=?)',
      'SEARCH w USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN',
      'CORRELATED SCALAR SUBQUERY 1',
      'SEARCH f USING INTEGER PRIMARY KEY (rowid=?)',
      'CORRELATED SCALAR SUBQUERY 2',
      'SEARCH o USING INDEX deliveries_event (event_seq=?)',
    ],
  ])
})
