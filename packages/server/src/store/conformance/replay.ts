import { describe, expect, test } from 'vitest'
import type { Event } from '../../core/event.ts'
import { HOUR_MS } from '../../core/time.ts'
import { disable, enable, remove } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import { REPLAY_STATES } from '../replay.ts'
import type { ReplayRequest, ReplaySlice } from '../replay.ts'
import { failedReport, okReport } from './decisions.ts'
import { EVENT_TYPE, accepted, deliveryNow } from './world.ts'
import type { Subject, World } from './world.ts'

const SLICES_MAX = 200

type Found = ReplaySlice['items']

/** All that a replay finds, slice by slice; everything there is unless `wanted` says otherwise. */
async function find(world: World, webhook: Webhook, wanted: Partial<ReplayRequest> = {}): Promise<Found> {
  const request = { since: 0, until: Infinity, states: REPLAY_STATES, types: webhook.events, limit: 500 }
  const items: Found = []
  let after: string | null = null
  for (let slices = 0; slices < SLICES_MAX; slices += 1) {
    const slice: ReplaySlice = await world.store.deliveries.replayable({
      webhook,
      ...request,
      ...wanted,
      after,
    })
    items.push(...slice.items)
    if (slice.next === null) return items
    after = slice.next
  }
  throw new Error('the replay does not end')
}

const eventIds = (items: Found) => items.map(({ eventId }) => eventId)
const idsOf = (events: readonly Event[]) => events.map(({ id }) => id)

/** One delivery in each state that can be sent again, the event of each beside it, and an event nobody heard. */
async function fill(world: World) {
  const { addWebhook, accept, event, settle, store, organization, clock } = world
  const unheard = event()
  await accept([unheard])
  const webhook = await addWebhook({ retrySchedule: [60] })
  const dropped = event()
  await store.webhooks.change(organization.id, webhook.id, (row) => disable(row, clock.now))
  await accept([dropped])
  await store.webhooks.change(organization.id, webhook.id, (row) => enable(row, 'drop', clock.now))
  const [delivered, exhausted, retried] = [event(), event(), event()]
  const { leased } = await accept([delivered, exhausted, retried])
  await settle(leased[0]!, okReport())
  await settle(leased[1]!, failedReport(500), {
    settle: () => ({
      delivery: { state: 'exhausted', tries: 1, dueAt: null, endedAt: clock.now },
      webhook: null,
      holdPending: false,
    }),
  })
  await settle(leased[2]!, failedReport(500))
  clock.now += 1
  return { webhook, unheard, dropped, delivered, exhausted, retried }
}

export const describeReplay: Subject = (the) => {
  describe('what a replay finds', () => {
    test('is told by state', async () => {
      const { webhook, unheard, dropped, delivered, exhausted, retried } = await fill(the())
      const by = async (...states: (typeof REPLAY_STATES)[number][]) =>
        eventIds(await find(the(), webhook, { states }))
      expect(await by('never')).toEqual([unheard.id])
      expect(await by('cancelled')).toEqual([dropped.id])
      expect(await by('delivered')).toEqual([delivered.id])
      expect(await by('exhausted')).toEqual([exhausted.id])
      expect(await by('pending')).toEqual([retried.id])
      expect(await by('held')).toEqual([])
      expect(await by('exhausted', 'never')).toEqual([unheard.id, exhausted.id])
      expect(await by()).toEqual([])
    })

    test('bears the event when there is no delivery, and the delivery otherwise', async () => {
      const { webhook, unheard, exhausted } = await fill(the())
      const items = await find(the(), webhook, { states: ['exhausted', 'never'] })
      const { rows } = await the().store.deliveries.list(
        the().organization.id,
        { eventId: exhausted.id },
        { limit: 9, before: null },
      )
      expect(items).toEqual([
        { eventId: unheard.id, deliveryId: null, state: 'never', fence: null, event: unheard },
        { eventId: exhausted.id, deliveryId: rows[0]!.id, state: 'exhausted', fence: 1, event: null },
      ])
    })

    test.each([1, 2, 3, 500])('is the same in slices of %i events', async (limit) => {
      const { webhook } = await fill(the())
      const { accept, event } = the()
      await accept([event({ type: 'a.first' }), event({ type: 'z.last' }), event({ type: 'a.first' })])
      const types = ['z.last', 'a.first', EVENT_TYPE, 'a.first', 'none.such']
      const whole = await find(the(), webhook, { types })
      expect(whole).toHaveLength(8)
      expect(await find(the(), webhook, { types, limit })).toEqual(whole)
    })

    test('is of the types asked for', async () => {
      const { addWebhook, accept, event } = the()
      const [one, two] = [event({ type: 'a.one' }), event({ type: 'b.two' })]
      await accept([one, two])
      const webhook = await addWebhook({ events: ['a.one', 'b.two'] })
      expect(eventIds(await find(the(), webhook, { types: ['b.two'] }))).toEqual([two.id])
      expect(eventIds(await find(the(), webhook, { types: ['b.two', 'a.one'] }))).toEqual([one.id, two.id])
      expect(await find(the(), webhook, { types: [] })).toEqual([])
    })

    test('was accepted from `since` on and before `until`', async () => {
      const { addWebhook, accept, event, clock } = the()
      const start = clock.now
      const events: Event[] = []
      for (let index = 0; index < 4; index += 1) {
        // When it happened is nobody's concern here.
        const happened = event({ timestamp: start - index * HOUR_MS })
        await accept([happened])
        events.push(happened)
        clock.now += 10
      }
      const webhook = await addWebhook()
      const between = async (since: number, until: number) =>
        eventIds(await find(the(), webhook, { since, until }))
      expect(await between(start + 10, start + 30)).toEqual(idsOf(events.slice(1, 3)))
      expect(await between(start + 11, start + 31)).toEqual(idsOf(events.slice(2, 4)))
      expect(await between(start, start)).toEqual([])
      expect(await between(-1e15, 1e15)).toEqual(idsOf(events))
    })

    test('includes what was accepted while a clock that was set back caught up', async () => {
      const { addWebhook, accept, event, clock } = the()
      const early = event()
      await accept([early])
      clock.now -= HOUR_MS
      const back = clock.now
      const late = event()
      await accept([late])
      clock.now += 10
      const later = event()
      await accept([later])
      const webhook = await addWebhook()
      const between = async (since: number, until: number) =>
        eventIds(await find(the(), webhook, { since, until, limit: 1 }))
      expect(await between(back, back + 1)).toEqual([late.id])
      expect(await between(back, back + HOUR_MS)).toEqual([late.id, later.id])
      expect(await between(back + HOUR_MS, back + 2 * HOUR_MS)).toEqual([early.id])
    })

    test('is nothing of a test, of what is in flight, or of what waits for its turn', async () => {
      const { addWebhook, acceptUnit, accept, event } = the()
      const webhook = await addWebhook({ ordering: 'webhook' })
      const other = await addWebhook({ events: [] })
      const target = { webhookId: webhook.id, kind: 'test' as const }
      accepted(await acceptUnit({ events: [event()], target }))
      await accept([event(), event()])
      expect(await find(the(), webhook)).toEqual([])
      expect(await find(the(), other, { types: [EVENT_TYPE] })).toHaveLength(2)
    })

    test('is nothing of another tenant’s', async () => {
      const { addWebhook, accept, addTenant } = the()
      const stranger = (await addTenant('stranger')).organization.id
      await accept()
      expect(await find(the(), await addWebhook({ organizationId: stranger }))).toEqual([])
    })

    test('is not missed by a webhook that a sweep took the delivery of', async () => {
      const { addWebhook, accept, settle, store, clock } = the()
      const had = await addWebhook()
      const owed = await addWebhook()
      const { leased } = await accept()
      await settle(
        leased.find(({ delivery }) => delivery.webhookId === had.id)!,
        okReport(),
      )
      clock.now += 1
      expect(await store.retention.sweep(clock.now, 0, 500)).toBe(2)
      const late = await addWebhook()
      expect(await find(the(), had)).toEqual([])
      expect(await find(the(), late)).toEqual([])
      expect(await find(the(), owed)).toEqual([])
    })

    test('comes in slices that do not hold more than some bodies', async () => {
      const { accept, event, addWebhook, store } = the()
      const body = Buffer.alloc(1024 * 1024, 'x')
      for (let index = 0; index < 6; index += 1) await accept([event({ body })])
      const webhook = await addWebhook()
      const request = { webhook, since: 0, until: Infinity, states: ['never' as const], types: [EVENT_TYPE] }
      const first = await store.deliveries.replayable({ ...request, after: null, limit: 500 })
      expect(first.items).toHaveLength(4)
      const rest = await store.deliveries.replayable({ ...request, after: first.next, limit: 500 })
      expect([rest.items.length, rest.next]).toEqual([2, null])
    })
  })

  describe('a replay', () => {
    test('makes everything it found due, and nothing twice', async () => {
      const { store, organization, clock } = the()
      const { webhook, unheard, dropped, delivered, exhausted, retried } = await fill(the())
      const items = await find(the(), webhook)
      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(5)
      const { rows } = await store.deliveries.list(
        organization.id,
        { webhookId: webhook.id },
        { limit: 9, before: null },
      )
      const due = { dueAt: clock.now, leasedAt: null, orderKey: null }
      // The newest first: what was made for an event that had been sent before stands in front of it.
      const byEvent = new Map(rows.toReversed().map((row) => [row.eventId, row]))
      const again = {
        ...due,
        state: 'pending',
        tries: 0,
        attemptCount: 0,
        resendOf: expect.any(String) as string,
      }
      expect(byEvent.get(unheard.id)).toMatchObject({
        ...due,
        kind: 'auto',
        state: 'pending',
        tries: 0,
        attemptCount: 0,
        resendOf: null,
        fence: 0,
        createdAt: clock.now,
        endedAt: null,
      })
      for (const ended of [dropped, exhausted, delivered]) {
        expect(byEvent.get(ended.id)).toMatchObject(again)
      }
      expect(byEvent.get(retried.id)).toMatchObject({ ...due, state: 'pending', resendOf: null, tries: 1 })
      expect(rows).toHaveLength(8)
      const counts = await store.deliveries.countByEvent(organization.id, [unheard.id, dropped.id])
      expect(counts).toEqual([1, 2])

      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(0)
      expect(await store.deliveries.replay(webhook.id, await find(the(), webhook), clock.now)).toBe(0)
    })

    test('queues once what two replays found at once', async () => {
      const { store, clock } = the()
      const { webhook } = await fill(the())
      const [one, two] = await Promise.all([find(the(), webhook), find(the(), webhook)])
      const queued = await Promise.all(
        [one, two].map((items) => store.deliveries.replay(webhook.id, items, clock.now)),
      )
      expect(queued.reduce((sum, count) => sum + count)).toBe(5)
    })

    test('leaves alone what was attempted since it was found', async () => {
      const { store, organization, clock, commit, settle } = the()
      const { webhook, delivered } = await fill(the())
      const items = await find(the(), webhook, { states: ['delivered'] })
      await store.deliveries.resend(organization.id, items[0]!.deliveryId!, null, clock.now)
      const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 9, bytesMax: 1e6 }] })
      const [leased] = claims[0]!.leased
      expect(leased).toMatchObject({ delivery: { resendOf: items[0]!.deliveryId, eventId: delivered.id } })
      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(0)
      await settle(leased!, okReport())
      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(0)
      expect(await deliveryNow(the(), leased!)).toMatchObject({ dueAt: null, attemptCount: 1 })
    })

    test('leaves alone what was dropped since it was found', async () => {
      const { store, organization, clock } = the()
      const { webhook, retried } = await fill(the())
      const items = await find(the(), webhook, { states: ['pending'] })
      expect(eventIds(items)).toEqual([retried.id])
      await store.webhooks.change(organization.id, webhook.id, (row) => disable(row, clock.now))
      await store.webhooks.change(organization.id, webhook.id, (row) => enable(row, 'drop', clock.now))
      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(0)
      expect(await find(the(), webhook, { states: ['pending'] })).toEqual([])
    })

    test('leaves alone an event that was swept since it was found, whole or in part', async () => {
      const { store, clock, accept, addWebhook, settle } = the()
      await accept()
      const [had, owed] = [await addWebhook(), await addWebhook()]
      const { leased } = await accept()
      const late = await addWebhook()
      const items = await find(the(), late)
      expect(items).toHaveLength(2)
      await settle(
        leased.find(({ delivery }) => delivery.webhookId === had.id)!,
        okReport(),
      )
      clock.now += 1
      expect(await store.retention.sweep(clock.now, 0, 500)).toBe(3)
      expect(await store.deliveries.replay(late.id, items, clock.now)).toBe(0)
      expect(await find(the(), owed, { states: ['never'] })).toEqual([])
    })

    test('is one webhook’s, whoever’s items it is given', async () => {
      const { store, clock, accept, settle, addWebhook, addTenant } = the()
      await accept()
      const [one, two] = [await addWebhook({ retrySchedule: [] }), await addWebhook({ retrySchedule: [] })]
      const { leased } = await accept()
      for (const lease of leased) await settle(lease, failedReport(500))
      const items = await find(the(), one)
      expect(items.map(({ state }) => state)).toEqual(['never', 'exhausted'])
      const stranger = (await addTenant('stranger')).organization.id
      const foreign = await addWebhook({ organizationId: stranger })
      expect(await store.deliveries.replay(foreign.id, items, clock.now)).toBe(0)
      // What was never owed is nobody's, and so is made for whoever asks.
      expect(await store.deliveries.replay(two.id, items, clock.now)).toBe(1)
      expect(await store.deliveries.replay(one.id, items, clock.now)).toBe(2)
    })

    test.each([
      ['disabled', disable],
      ['deleted', remove],
    ])('does nothing for a webhook that is %s', async (_, stop) => {
      const { store, organization, clock } = the()
      const { webhook } = await fill(the())
      const items = await find(the(), webhook)
      await store.webhooks.change(organization.id, webhook.id, (row) => stop(row, clock.now))
      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(0)
      expect(await store.deliveries.replay('webhook_nonsense', items, clock.now)).toBe(0)
    })

    test('can be claimed, settled and swept like any other work', async () => {
      const { store, organization, clock, commit, settle, accept, event, addWebhook } = the()
      const sent = event()
      await accept([sent])
      const webhook = await addWebhook()
      clock.now += HOUR_MS
      const items = await find(the(), webhook)
      expect(await store.deliveries.replay(webhook.id, items, clock.now)).toBe(1)
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: clock.now }])
      // The event is old, but needed again.
      expect(await store.retention.sweep(clock.now, 0, 500)).toBe(0)
      const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 9, bytesMax: 1e6 }] })
      const [leased] = claims[0]!.leased
      expect(leased).toMatchObject({ delivery: { attemptCount: 0, fence: 1 }, event: sent })
      expect((await settle(leased!, okReport())).delivery.state).toBe('delivered')
      expect(await store.retention.sweep(clock.now + 1, 0, 500)).toBe(3)
      expect(await store.events.get(organization.id, sent.id)).toBeNull()
    })
  })
}
