import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isFinished, type LeasedDelivery } from '../../core/delivery.ts'
import { HOUR_MS } from '../../core/time.ts'
import { disable, enable } from '../../core/webhook.ts'
import type { Ordering, Webhook } from '../../core/webhook.ts'
import { REPLAY_STATES } from '../replay.ts'
import type { ReplayItem, ReplaySlice, ReplayState } from '../replay.ts'
import type { DeliveryRow } from '../store.ts'
import { failedReport, okReport } from './decisions.ts'
import { EVENT_TYPE } from './world.ts'
import type { Subject, World } from './world.ts'

const RUNS = 60
const STEPS_MAX = 40
const ROUNDS_MAX = 200

/** What happens to one organization; `at` picks a webhook, a lease or a delivery of those there are. */
type Step =
  | { do: 'subscribe'; ordering: Ordering | null; retries: boolean }
  | { do: 'accept'; leased: boolean; key: string }
  | { do: 'claim' | 'disable' | 'send' | 'drop' | 'resend'; at: number }
  | { do: 'settle'; at: number; ok: boolean }
  | { do: 'pass'; ms: number }

const at = fc.nat({ max: 20 })
const subscribe = fc.record({
  do: fc.constant('subscribe' as const),
  ordering: fc.constantFrom(null, 'webhook' as const, 'key' as const),
  retries: fc.boolean(),
})
const accept = fc.record({
  do: fc.constant('accept' as const),
  leased: fc.boolean(),
  key: fc.constantFrom('a', 'b'),
})
const settle = fc.record({ do: fc.constant('settle' as const), at, ok: fc.boolean() })
const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 60_000, HOUR_MS) })
const ACTS = ['claim', 'disable', 'send', 'drop', 'resend'] as const
const act = fc.record({ do: fc.constantFrom(...ACTS), at })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: subscribe },
  { weight: 5, arbitrary: accept },
  { weight: 5, arbitrary: settle },
  { weight: 2, arbitrary: pass },
  { weight: 5, arbitrary: act },
)

/** One organization of `world` and what is known of it. */
function createHistory(world: World, organizationId: number) {
  const { store, clock, commit } = world
  const webhooks: Webhook[] = []
  const eventIds: string[] = []
  let leases: LeasedDelivery[] = []

  async function deliveries(): Promise<DeliveryRow[]> {
    return (await store.deliveries.list(organizationId, {}, { limit: 10_000, before: null })).rows
  }

  async function claim(webhook: Webhook): Promise<number> {
    const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 5, bytesMax: 1e6 }] })
    leases.push(...claims[0]!.leased)
    return claims[0]!.leased.length
  }

  async function settle(leased: LeasedDelivery, ok: boolean): Promise<void> {
    leases = leases.filter((other) => other !== leased)
    await world.settle(leased, ok ? okReport() : failedReport(500))
  }

  async function change(webhook: Webhook, to: 'disable' | 'send' | 'drop'): Promise<void> {
    await store.webhooks.change(organizationId, webhook.id, (row) =>
      to === 'disable' ? disable(row, clock.now) : enable(row, to, clock.now),
    )
  }

  async function take(now: Step): Promise<void> {
    if (now.do === 'pass') clock.now += now.ms
    if (now.do === 'subscribe') {
      webhooks.push(
        await world.addWebhook({
          organizationId,
          ordering: now.ordering,
          retrySchedule: now.retries ? [60] : [],
          disableAfter: 0,
        }),
      )
    }
    if (now.do === 'accept') {
      const event = world.event({ organizationId, key: now.key })
      eventIds.push(event.id)
      leases.push(...(await world.accept([event], { admit: () => now.leased })).leased)
    }
    if (now.do === 'settle') {
      const leased = leases[now.at % leases.length]
      if (leased !== undefined) await settle(leased, now.ok)
    }
    if (now.do === 'resend') {
      const rows = await deliveries()
      const row = rows[now.at % rows.length]
      if (row !== undefined) await store.deliveries.resend(organizationId, row.id, null, clock.now)
    }
    if (now.do === 'claim' || now.do === 'disable' || now.do === 'send' || now.do === 'drop') {
      const webhook = webhooks[now.at % webhooks.length]
      if (webhook === undefined) return
      await (now.do === 'claim' ? claim(webhook) : change(webhook, now.do))
    }
  }

  /** Every webhook is live, no attempt is in flight, nothing is on the move. */
  async function quiet(): Promise<void> {
    for (const webhook of webhooks) await change(webhook, 'send')
    for (const leased of leases) await settle(leased, true)
    for (let rounds = 0; (await store.work.moveWaiting()) !== null; rounds += 1)
      expect(rounds).toBeLessThan(ROUNDS_MAX)
  }

  /** Sends what is due until nothing is, and every receiver is pleased. */
  async function drain(): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
      clock.now += HOUR_MS
      let claimed = 0
      for (const webhook of webhooks) claimed += await claim(webhook)
      for (const leased of leases) await settle(leased, true)
      if (claimed === 0) return
    }
    throw new Error('the work does not end')
  }

  return { webhooks, eventIds, deliveries, take, quiet, drain }
}

async function find(
  { store }: World,
  webhook: Webhook,
  states: readonly ReplayState[],
  limit: number,
): Promise<ReplayItem[]> {
  const items: ReplayItem[] = []
  let after: string | null = null
  do {
    const slice: ReplaySlice = await store.deliveries.replayable({
      webhook,
      since: 0,
      until: Infinity,
      states,
      types: [EVENT_TYPE],
      after,
      limit,
    })
    items.push(...slice.items)
    after = slice.next
  } while (after !== null)
  return items
}

type Rows = ReadonlyMap<string, DeliveryRow>

/** The newest of each event and webhook; all but one of them were asked for by hand. */
function byPair(rows: readonly DeliveryRow[]): Rows {
  const pairs = new Map<string, DeliveryRow>()
  // The last one is no other's original, and all but it have ended.
  const resent = new Set(rows.map(({ resendOf }) => resendOf))
  for (const row of rows) {
    const pair = `${row.eventId} ${row.webhookId}`
    const known = pairs.get(pair)
    const isLater =
      known === undefined || !isFinished(row.state) || (isFinished(known.state) && row.id > known.id)
    if (isLater) pairs.set(pair, row)
  }
  const firsts = rows.filter(({ resendOf }) => resendOf === null)
  expect(firsts.length).toBe(pairs.size)
  expect(rows.filter(({ id }) => resent.has(id)).every(({ state }) => isFinished(state))).toBe(true)
  return pairs
}

/** What a replay leaves as it is: what was not asked for, waits for its turn, or is due already. */
function isLeftAlone(row: DeliveryRow, states: readonly ReplayState[], now: number): boolean {
  if (!states.includes(row.state)) return true
  return row.dueAt === null ? row.state === 'pending' : row.dueAt <= now
}

/** Holds every pair against what it was before; answers how many were made due. */
function checkReplayed(
  pairs: readonly string[],
  [before, after]: readonly [Rows, Rows],
  states: readonly ReplayState[],
  now: number,
): number {
  let madeDue = 0
  for (const pair of pairs) {
    const [was, is] = [before.get(pair), after.get(pair)]
    if (was === undefined ? !states.includes('never') : isLeftAlone(was, states, now)) {
      expect(is).toEqual(was)
      continue
    }
    expect(is).toMatchObject({ kind: 'auto', state: 'pending', dueAt: now })
    if (was !== undefined && !isFinished(was.state)) expect(is?.id).toBe(was.id)
    else expect(is?.id).not.toBe(was?.id)
    madeDue += 1
  }
  return madeDue
}

export const describeReplayHistories: Subject = (the) => {
  let organizations = 0

  async function check(
    early: Step,
    steps: readonly Step[],
    states: readonly ReplayState[],
    limit: number,
  ): Promise<void> {
    const { clock, store, addTenant } = the()
    organizations += 1
    const { organization } = await addTenant(`history-${organizations}`)
    const history = createHistory(the(), organization.id)
    for (const next of [early, ...steps]) await history.take(next)
    await history.quiet()
    clock.now += 1

    const before = byPair(await history.deliveries())
    let queued = 0
    for (const { id } of history.webhooks) {
      const webhook = (await store.webhooks.byId(id))!
      const one = await find(the(), webhook, states, limit)
      const two = await find(the(), webhook, states, limit + 1)
      for (const items of [one, two]) queued += await store.deliveries.replay(id, items, clock.now)
    }
    const rows = await history.deliveries()
    const pairs = history.webhooks.flatMap(({ id }) => history.eventIds.map((eventId) => `${eventId} ${id}`))
    expect(queued).toBe(checkReplayed(pairs, [before, byPair(rows)], states, clock.now))
    expect(await store.deliveries.countByEvent(organization.id, history.eventIds)).toEqual(
      history.eventIds.map((eventId) => rows.filter((row) => row.eventId === eventId).length),
    )

    await history.drain()
    for (const [pair, row] of byPair(await history.deliveries())) {
      const left = before.get(pair)?.state
      const stays = (left === 'exhausted' || left === 'cancelled') && !states.includes(left)
      expect(row.state).toBe(stays ? left : 'delivered')
    }
  }

  test('whatever happened before, two replays make due what was asked for, once, and nothing else', async () => {
    const property = fc.asyncProperty(
      subscribe,
      // As long as may be: short histories leave little to send again.
      fc.array(step, { maxLength: STEPS_MAX, size: 'max' }),
      fc.subarray([...REPLAY_STATES]),
      fc.integer({ min: 1, max: 7 }),
      check,
    )
    await expect(fc.assert(property, { numRuns: RUNS })).resolves.toBeUndefined()
  })
}
