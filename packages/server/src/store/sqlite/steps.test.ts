import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAcceptance } from '../../../test/support/acceptance.ts'
import { disable, enable, remove } from '../../core/webhook.ts'
import { LIMITS } from '../../core/limits.ts'
import { failedReport, okReport } from '../conformance/decisions.ts'
import { claimOf, createWorld, EVENT_TYPE, resultOf, unitOf, type World } from '../conformance/world.ts'
import { createConnection, type Connection, type Statement } from './connection.ts'
import { createStoreOn } from './index.ts'
import { openDatabase } from './open-database.ts'
import type { LeasedDelivery } from '../../core/delivery.ts'
import type { Store } from '../store.ts'
import type { Decisions } from '../work.ts'

/** Rows that a call read and wrote, and the bytes of those. */
interface Step {
  call: string
  rows: number
  bytes: number
}

/** What some rows of small tables add to a step: the webhook, the claim, the move, the end of a walk. */
const ROWS_BESIDE = 60
/** A row or two may go over the bytes of a step: which one, is known only when it has been read. */
const BYTES_BESIDE = 2.5 * 1024 * 1024

function weigh(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  return 8
}

/** A store that tells what each call did, from one turn of the event loop to the next. */
function createCountedStore(dataDir: string, options: Parameters<typeof createStoreOn>[2]) {
  const database = openDatabase(dataDir)
  const connection = createConnection(database)
  const steps: Step[] = []
  let step: Step = { call: 'opening', rows: 0, bytes: 0 }

  function count(rows: number, values: readonly unknown[]): void {
    step.rows += rows
    for (const value of values) step.bytes += weigh(value)
  }

  function read<Row>(row: Row): Row {
    if (row !== undefined) count(1, Object.values(row as object))
    return row
  }

  function counted<Row>(statement: Statement<Row>): Statement<Row> {
    return {
      get: (...values) => read(statement.get(...values)),
      all: (...values) => statement.all(...values).map(read),
      *iterate(...values) {
        for (const row of statement.iterate(...values)) yield read(row)
      },
      run(...values) {
        const result = statement.run(...values)
        count(Number(result.changes), values)
        return result
      },
    }
  }

  const counting: Connection = { ...connection, prepare: (sql) => counted(connection.prepare(sql)) }
  const store = createStoreOn(database, counting, options)

  /** Every method runs to its end before anybody else has a turn: the store is synchronous. */
  function watched(name: string, part: object): object {
    const methods = Object.entries(part).map(([method, call]) => [
      method,
      (...values: unknown[]): unknown => {
        step = { call: `${name}.${method}`, rows: 0, bytes: 0 }
        steps.push(step)
        return (call as (...values: unknown[]) => unknown)(...values)
      },
    ])
    return Object.fromEntries(methods) as object
  }

  const parts = Object.entries(store).map(([name, part]) => [
    name,
    typeof part === 'function' ? part : watched(name, part as object),
  ])
  return { store: Object.fromEntries(parts) as Store, steps }
}

let world: World & { cleanUp: () => Promise<void> }
let steps: Step[]

beforeEach(async () => {
  world = await createWorld(async (options) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sealpost-steps-'))
    const { moveRowsPerSlice: _, fanoutRowsPerSlice: __, ...asShipped } = options
    const counted = createCountedStore(dataDir, asShipped)
    steps = counted.steps
    return {
      store: counted.store,
      async cleanUp() {
        await counted.store.close()
        rmSync(dataDir, { recursive: true })
      },
    }
  })
})
afterEach(() => world.cleanUp())

/** An event and its fan-out are two rows: the largest request is as many as that. */
const ROWS_OF_LARGEST_REQUEST = 2 * LIMITS.eventsPerRequestMax

/** No step since the last look did more than it may. */
function expectBounded(rowsMax: number = LIMITS.stepRowsMax): void {
  const large = steps.filter(
    ({ rows, bytes }) => rows > rowsMax + ROWS_BESIDE || bytes > LIMITS.stepBytesMax + BYTES_BESIDE,
  )
  expect(large).toEqual([])
  expect(steps.length).toBeGreaterThan(0)
  steps.length = 0
}

async function addWebhooks(count: number, changes: Parameters<World['addWebhook']>[0] = {}) {
  const webhooks = []
  while (webhooks.length < count) webhooks.push(await world.addWebhook(changes))
  return webhooks
}

function eventsOf(count: number, bytes = 20) {
  return Array.from({ length: count }, () => world.event({ body: Buffer.alloc(bytes, 'x') }))
}

describe('no step of the event loop does more than it may', () => {
  test('when a thousand events are owed to hundreds of webhooks, and those are stopped and started meanwhile', async () => {
    const [first, second] = await addWebhooks(60)
    const accept = createAcceptance(world.store)
    const outcome = await accept(unitOf({ events: eventsOf(LIMITS.eventsPerRequestMax, 1_000) }))
    expect(outcome).toMatchObject({ outcome: 'accepted', fansOut: true })
    for (let slice = 0; slice < 20; slice += 1) await world.store.work.bearWaiting()
    await world.change(first!, (webhook) => disable(webhook, 0))
    await world.change(second!, (webhook) => remove(webhook, 0))
    while ((await world.store.work.bearWaiting()) !== null);
    await world.moveAll()
    await world.change(first!, (webhook) => enable(webhook, 'send', 0))
    await world.moveAll()
    expectBounded(ROWS_OF_LARGEST_REQUEST)
  }, 120_000)

  test('when each event is owed to its own part of the webhooks', async () => {
    for (let part = 0; part < 10; part += 1) await addWebhooks(30, { filter: `part == ${part}` })
    const accept = createAcceptance(world.store, (event, filter) => filter.endsWith(event.id.slice(-1)))
    await accept(unitOf({ events: eventsOf(LIMITS.eventsPerRequestMax) }))
    while ((await world.store.work.bearWaiting()) !== null);
    expectBounded(ROWS_OF_LARGEST_REQUEST)
  }, 120_000)

  test('when a commit is offered more of everything than fits', async () => {
    const webhooks = await addWebhooks(40)
    const leased = []
    for (let round = 0; round < 10; round += 1) leased.push(...(await world.accept(eventsOf(10))).leased)
    for (let round = 0; round < 10; round += 1)
      await world.accept(eventsOf(10, 50_000), { admit: () => false })
    steps.length = 0
    const report = okReport({ responseBody: Buffer.alloc(LIMITS.responseBytesKept) })
    let results = leased.map((one) => resultOf(one, report))
    let accepts = Array.from({ length: 500 }, () => unitOf({ events: eventsOf(1, 5_000) }))
    let claims = webhooks.map((webhook) => claimOf(webhook, { limit: LIMITS.claimRowsMax }))
    let commits = 0
    while (accepts.length + results.length + claims.length > 0) {
      const outcome = await world.commit({ accepts, results: results.slice(0, 250), claims })
      accepts = accepts.slice(outcome.accepts.length)
      results = results.slice(outcome.results.length)
      claims = claims.slice(outcome.claims.length)
      commits += 1
    }
    expect(commits).toBeGreaterThan(5)
    expectBounded()
  }, 60_000)

  test('when many results make known what became of their webhooks', async () => {
    await addWebhooks(300, { events: [EVENT_TYPE, 'webhook.failing'] })
    const { leased } = await world.accept(eventsOf(1))
    steps.length = 0
    let results = leased.map((one) => resultOf(one, failedReport(500)))
    while (results.length > 0) {
      const outcome = await world.commit(
        { results },
        {
          match: () => true,
          admit: () => false,
          announce: ({ after }) => ({
            events: [world.event({ type: 'webhook.failing', key: after.id })],
            telling: after.telling,
          }),
        },
      )
      expect(outcome.announced).toHaveLength(outcome.results.length)
      results = results.slice(outcome.results.length)
    }
    while ((await world.store.work.bearWaiting()) !== null);
    expectBounded()
  }, 60_000)

  test('when lists are asked for whose rows are large', async () => {
    const { store, organization, workflow, clock } = world
    const page = { limit: LIMITS.pageSizeMax, before: null }
    const text = 'x'.repeat(LIMITS.requestBytesMax - 1_000)
    await addWebhooks(1)
    for (let round = 0; round < 12; round += 1) {
      await world.accept([world.event({ body: Buffer.from(text) })], { admit: () => false })
      const findings = [
        { severity: 'error', code: 'x', message: text, path: '', property: null, schemaType: null },
      ]
      const run = world.run({
        status: 'FAILED',
        result: 'FAIL',
        endedAt: clock.now,
        findings: findings as never,
      })
      await world.acceptUnit({ run })
      const steps = [
        { type: 'json-schema', name: 'x', failureMode: 'blocking', config: { schema: { title: text } } },
      ]
      const { id: _, ...fields } = workflow
      await store.workflows.create({ ...fields, slug: `w-${round}`, steps: steps as never }, null)
    }
    steps.length = 0
    expect((await store.events.list(organization.id, {}, page)).rows).toHaveLength(12)
    const walks = [
      (before: string | null) => store.runs.list(organization.id, {}, { ...page, before }),
      (before: string | null) => store.workflows.list(organization.id, { ...page, before }),
    ]
    const counts: number[] = []
    for (const list of walks) {
      let [count, next] = [0, null as string | null]
      do {
        const found = await list(next)
        count += found.rows.length
        next = found.next
      } while (next !== null)
      counts.push(count)
    }
    expect(counts).toEqual([12, 13])
    expectBounded()
    while ((await store.retention.sweep(clock.now + 1, 0, LIMITS.retentionRowsPerSlice)) > 0);
    expectBounded()
  }, 60_000)

  test('when a webhook’s past is sent again', async () => {
    for (let round = 0; round < 5; round += 1) await world.accept(eventsOf(1_000, 3_000))
    const webhook = await world.addWebhook()
    steps.length = 0
    const { store, clock } = world
    let after: string | null = null
    let queued = 0
    do {
      const slice = await store.deliveries.replayable({
        ...{ webhook, since: 0, until: clock.now + 1, states: ['never' as const], types: [EVENT_TYPE] },
        ...{ after, limit: LIMITS.replayEventsPerSlice },
      })
      queued += await store.deliveries.replay(webhook.id, slice.items, clock.now)
      after = slice.next
    } while (after !== null)
    expect(queued).toBe(5_000)
    expectBounded()
  }, 60_000)

  test('when a delivery was tried again and again, and then sent again as often', async () => {
    const webhook = await world.addWebhook()
    const leased = await world.lease()
    const { store, organization, clock } = world
    const report = failedReport(500, { responseBody: Buffer.alloc(LIMITS.responseBytesKept) })
    // As what was not sent for one fault after the other: it is due again, and nothing is used up.
    const uncounted: Decisions['settle'] = ({ delivery: { tries }, now }) => ({
      delivery: { state: 'pending', tries, dueAt: now, endedAt: null },
      webhook: null,
      holdPending: false,
    })
    const tryOnce = (one: LeasedDelivery) =>
      world.commit({ results: [resultOf(one, report)] }, { settle: uncounted })
    await tryOnce(leased)
    for (let round = 0; round < 350; round += 1) {
      const { leased: again } = await world.claimDue(webhook)
      await tryOnce(again[0]!)
    }
    steps.length = 0
    const attempts = await store.deliveries.attempts(organization.id, leased.delivery.id)
    expect(attempts.map(({ number }) => number)).toEqual(
      Array.from(
        { length: LIMITS.attemptsShownMax },
        (_, index) => 351 - LIMITS.attemptsShownMax + 1 + index,
      ),
    )
    const { leased: last } = await world.claimDue(webhook)
    await world.settle(last[0]!, okReport())
    for (let round = 0; round < 350; round += 1) {
      await store.deliveries.resend(organization.id, leased.delivery.id, null, clock.now)
      const { leased: again } = await world.claimDue(webhook)
      await world.settle(again[0]!, okReport())
    }
    expectBounded()
  }, 60_000)
})
