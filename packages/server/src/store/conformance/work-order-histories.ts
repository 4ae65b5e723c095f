import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AttemptReport } from '../../core/attempt.ts'
import { isFinished } from '../../core/delivery.ts'
import type { LeasedDelivery } from '../../core/delivery.ts'
import { Problem } from '../../core/errors.ts'
import { disable, enable } from '../../core/webhook.ts'
import type { Webhook, WebhookChange } from '../../core/webhook.ts'
import type { DeliveryRow } from '../store.ts'
import type { AttemptResult } from '../work.ts'
import { failedReport, okReport, plainDecisions } from './decisions.ts'
import { resultOf } from './world.ts'
import type { Subject, World } from './world.ts'

const HISTORIES = 25
const STEPS_MAX = 50
const ROUNDS_MAX = 500
const KEYS = ['a', 'b', null]

/** What may happen to a webhook whose deliveries stand in line; `pick` chooses among what there is. */
const step = fc.record({
  what: fc.constantFrom(
    'birth',
    'claim',
    'deliver',
    'fail',
    'gone',
    'release',
    'crash',
    'resend',
    'slice',
    'slice',
    'bear',
    'bear',
    'disable',
    'send',
    'drop',
    'reorder',
  ),
  pick: fc.nat(1_000),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

interface History {
  world: World
  webhook: Webhook
  leased: LeasedDelivery[]
}

async function take(history: History, { what, pick }: Step): Promise<void> {
  const { world, webhook } = history
  const { accept, event, store, clock, commit, organization } = world
  clock.now += 1_000
  switch (what) {
    case 'birth': {
      const events = Array.from({ length: 1 + (pick % 9) }, (_, index) =>
        event({ type: `of.${webhook.id}`, key: KEYS[(pick + index) % KEYS.length] ?? null }),
      )
      const { leased } = await accept(events, { admit: () => pick % 2 === 0 })
      history.leased.push(...leased)
      return
    }
    case 'claim':
      history.leased.push(...(await world.claimDue(webhook, { limit: 1 + (pick % 4) })).leased)
      return
    case 'deliver':
    case 'fail':
    case 'gone': {
      const reports = { deliver: okReport(), fail: failedReport(500), gone: failedReport(410) }
      const one = takeOne(history.leased, pick)
      if (one !== undefined) await commit({ results: [resultFrom(one, reports[what], pick)] })
      return
    }
    case 'release': {
      const one = takeOne(history.leased, pick)
      if (one !== undefined) {
        await commit({ releases: [{ deliveryId: one.delivery.id, fence: one.delivery.fence }] })
      }
      return
    }
    case 'crash':
      history.leased = []
      await store.work.recover(plainDecisions)
      return
    case 'resend': {
      const rows = await rowsOf(history)
      const row = rows[pick % Math.max(rows.length, 1)]
      if (row !== undefined) await store.deliveries.resend(organization.id, row.id, null, clock.now)
      return
    }
    case 'slice':
      await store.work.moveWaiting()
      return
    case 'bear':
      await store.work.bearWaiting()
      return
    case 'disable':
      await change(history, (current) => disable(current, clock.now))
      return
    case 'send':
    case 'drop':
      await change(history, (current) => enable(current, what, clock.now))
      return
    case 'reorder': {
      const ordering = (['key', 'webhook', null] as const)[pick % 3] ?? null
      await change(history, (current) => ({
        webhook: { ...current, ordering },
        waiting: current.ordering === ordering ? [] : ['unorder'],
      }))
    }
  }
}

/** With the delivery as it was leased, with a copy of it, or without. */
function resultFrom(one: LeasedDelivery, report: AttemptReport, pick: number): AttemptResult {
  const { leased: _, ...read } = resultOf(one, report)
  return pick % 3 === 0 ? read : { ...read, leased: pick % 3 === 1 ? one.delivery : { ...one.delivery } }
}

function takeOne<Item>(items: Item[], pick: number): Item | undefined {
  return items.splice(pick % Math.max(items.length, 1), 1)[0]
}

async function change(
  { world, webhook }: History,
  decide: (webhook: Webhook) => WebhookChange,
): Promise<void> {
  try {
    await world.change(webhook, decide)
  } catch (error) {
    // Too many moves wait: nothing was changed.
    if (!(error instanceof Problem) || error.code !== 'overloaded') throw error
  }
}

/** Oldest first. */
async function rowsOf({ world, webhook }: History): Promise<DeliveryRow[]> {
  const { store, organization } = world
  const { rows } = await store.deliveries.list(
    organization.id,
    { webhookId: webhook.id },
    { limit: 1_000, before: null },
  )
  return rows.reverse()
}

/** In each line the first alone may go, and it may unless it is held. */
function expectOrder(rows: readonly DeliveryRow[]): void {
  for (const { state, dueAt } of rows) if (state === 'held') expect(dueAt).toBeNull()
  const lines = new Map<string, DeliveryRow[]>()
  for (const row of rows) {
    if (row.orderKey === null || row.endedAt !== null) continue
    lines.set(row.orderKey, [...(lines.get(row.orderKey) ?? []), row])
  }
  for (const [first, ...others] of lines.values()) {
    const mayGo = first?.dueAt != null || first?.leasedAt != null
    expect(mayGo || first?.state === 'held').toBe(true)
    for (const { dueAt, leasedAt } of others) expect([dueAt, leasedAt]).toEqual([null, null])
  }
  // A line stands in the order of acceptance.
  for (const line of lines.values()) {
    expect(line.map(({ eventId }) => eventId)).toEqual(line.map(({ eventId }) => eventId).sort())
  }
}

/** Starts the webhook and delivers until nothing is left. */
async function bringToRest(history: History): Promise<void> {
  const { world, webhook } = history
  await world.bearAll()
  await world.moveAll()
  await change(history, (current) => enable(current, 'send', world.clock.now))
  await world.moveAll()
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    world.clock.now += 3_600_000
    history.leased.push(...(await world.claimDue(webhook)).leased)
    if (history.leased.length === 0) return
    const results = history.leased.map((one) => resultOf(one, okReport()))
    const { results: settled } = await world.commit({ results })
    // One step records no more than fits; the others are still in flight.
    history.leased.splice(0, settled.length)
    expectOrder(await rowsOf(history))
  }
  throw new Error('the webhook does not come to rest')
}

export const describeOrderHistories: Subject = (the) => {
  test('whatever happens, a line goes one by one and in order, and comes to its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: STEPS_MAX, size: 'max' }), async (steps) => {
        const id = the().ids.make('webhook')
        const webhook = await the().addWebhook({ id, events: [`of.${id}`], ordering: 'key' })
        const history: History = { world: the(), webhook, leased: [] }
        for (const one of steps) {
          await take(history, one)
          expectOrder(await rowsOf(history))
        }
        await bringToRest(history)
        expect((await rowsOf(history)).filter(({ state }) => !isFinished(state))).toEqual([])
      }),
      { numRuns: HISTORIES },
    )
  })
}
