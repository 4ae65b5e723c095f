import { describe, expect, test } from 'vitest'
import { audienceOf } from '../../core/audience.ts'
import { disable, enable, pause, remove } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { DeliveryRow } from '../store.ts'
import { HearersUnknown } from '../work.ts'
import { okReport } from './decisions.ts'
import { accepted, claimOf, EVENT_TYPE, FANOUT_ROWS_PER_SLICE, resultOf, unitOf } from './world.ts'
import type { Subject, World } from './world.ts'

const LATER = 60_000

async function addWebhooks({ addWebhook }: World, count: number): Promise<Webhook[]> {
  const webhooks: Webhook[] = []
  while (webhooks.length < count) webhooks.push(await addWebhook())
  return webhooks
}

async function listAll({ store, organization }: World): Promise<DeliveryRow[]> {
  const { rows } = await store.deliveries.list(organization.id, {}, { limit: 1_000, before: null })
  return rows
}

function statesOf(rows: readonly DeliveryRow[], { id }: Webhook): string[] {
  return rows.filter((row) => row.webhookId === id).map(({ state }) => state)
}

export const describeWorkFanouts: Subject = (the) => {
  describe('deliveries that follow the commit of their events', () => {
    test('are counted in the answer, and made in slices, each of them once', async () => {
      const webhooks = await addWebhooks(the(), 5)
      const events = [the().event(), the().event(), the().event()]
      const outcome = await the().accept(events)
      expect(outcome).toMatchObject({ deliveries: [5, 5, 5], leased: [], waiting: [], fansOut: true })
      expect(await listAll(the())).toEqual([])
      the().clock.now += LATER
      const first = await the().store.work.bearWaiting()
      expect(first).toEqual({
        organizationId: the().organization.id,
        due: webhooks.map(({ id }) => id),
        done: false,
      })
      expect(await listAll(the())).toHaveLength(FANOUT_ROWS_PER_SLICE)
      expect(await the().bearAll()).toBe(2)
      const rows = await listAll(the())
      const pairs = rows.map(({ eventId, webhookId }) => `${eventId} ${webhookId}`)
      expect(new Set(pairs)).toEqual(
        new Set(events.flatMap((event) => webhooks.map(({ id }) => `${event.id} ${id}`))),
      )
      expect(pairs).toHaveLength(15)
      // As if they had been made with their event.
      const acceptedAt = the().clock.now - LATER
      expect(rows.every(({ dueAt, createdAt }) => dueAt === acceptedAt && createdAt === acceptedAt)).toBe(
        true,
      )
    })

    test('are made in the commit when they are few', async () => {
      await addWebhooks(the(), 3)
      expect(await the().accept()).toMatchObject({ deliveries: [3], fansOut: false })
      expect(await listAll(the())).toHaveLength(3)
      expect(await the().store.work.bearWaiting()).toBeNull()
    })

    test('organizations take turns', async () => {
      await addWebhooks(the(), 10)
      const other = await the().addTenant('other')
      for (let count = 0; count < 4; count += 1) {
        await the().addWebhook({ organizationId: other.organization.id })
      }
      await the().accept([the().event(), the().event()])
      await the().accept([the().event({ organizationId: other.organization.id })])
      const turns: number[] = []
      for (let slice = await the().store.work.bearWaiting(); slice !== null;) {
        turns.push(slice.organizationId)
        slice = await the().store.work.bearWaiting()
      }
      const [own, others] = [the().organization.id, other.organization.id]
      expect(turns).toEqual([own, others, own, own])
    })

    test('keep the webhook’s order: what is accepted later comes after, however little it is', async () => {
      const ordered = await the().addWebhook({ ordering: 'webhook' })
      await addWebhooks(the(), 4)
      const before = the().event()
      await the().accept([before])
      const small = await the().addWebhook({ events: ['invoice.sent'], ordering: 'webhook' })
      const plain = await the().addWebhook({ events: ['invoice.paused'] })
      const after = the().event({ type: 'invoice.sent' })
      const free = the().event({ type: 'invoice.paused' })
      const decisions = {
        match: (event: { type: string }, { events }: Webhook) => events.includes(event.type),
      }
      expect(await the().accept([after], decisions)).toMatchObject({ deliveries: [1], fansOut: true })
      // Of a webhook without an order nothing has to wait.
      expect(await the().accept([free], decisions)).toMatchObject({ fansOut: false })
      const last = the().event()
      await the().accept([last])
      await the().bearAll()
      const rows = (await listAll(the())).reverse()
      expect(rows.filter(({ webhookId }) => webhookId === ordered.id).map(({ eventId }) => eventId)).toEqual([
        before.id,
        last.id,
      ])
      expect(
        rows.filter(({ webhookId }) => webhookId === ordered.id).map(({ dueAt }) => dueAt !== null),
      ).toEqual([true, false])
      expect(statesOf(rows, small)).toEqual(['pending'])
      expect(statesOf(rows, plain)).toEqual(['pending'])
    })

    test('of a webhook disabled meanwhile are held, and start when it is enabled', async () => {
      const [webhook] = await addWebhooks(the(), 5)
      await the().accept([the().event(), the().event()])
      await the().change(webhook!, (current) => disable(current, the().clock.now))
      // The move waits for them: there is nothing it could do yet.
      expect(await the().store.work.moveWaiting()).toBeNull()
      await the().bearAll()
      expect(await the().claimDue(webhook!)).toMatchObject({ leased: [] })
      await the().moveAll()
      expect(statesOf(await listAll(the()), webhook!)).toEqual(['held', 'held'])
      await the().change(webhook!, (current) => enable(current, 'send', the().clock.now))
      await the().moveAll()
      expect((await the().claimDue(webhook!)).leased).toHaveLength(2)
    })

    test('of a webhook disabled and enabled again meanwhile are sent', async () => {
      const [webhook] = await addWebhooks(the(), 5)
      await the().accept([the().event(), the().event()])
      await the().change(webhook!, (current) => pause(current, the().clock.now))
      await the().store.work.bearWaiting()
      await the().change(webhook!, (current) => enable(current, 'send', the().clock.now))
      expect((await the().claimDue(webhook!)).leased).toEqual([])
      await the().bearAll()
      await the().moveAll()
      expect((await the().claimDue(webhook!)).leased).toHaveLength(2)
    })

    test('are dropped with what else was held, and nothing that came after', async () => {
      const webhooks = await addWebhooks(the(), 5)
      const [webhook] = webhooks
      await the().change(webhook!, (current) => disable(current, the().clock.now))
      await the().accept([the().event(), the().event()])
      await the().change(webhook!, (current) => enable(current, 'drop', the().clock.now))
      await the().accept([the().event()])
      await the().bearAll()
      await the().moveAll()
      expect(statesOf(await listAll(the()), webhook!)).toEqual(['pending', 'cancelled', 'cancelled'])
    })

    test('enabling a webhook that works drops nothing of them', async () => {
      const [webhook] = await addWebhooks(the(), 5)
      await the().accept()
      await the().change(webhook!, (current) => enable(current, 'drop', the().clock.now))
      await the().bearAll()
      await the().moveAll()
      expect(statesOf(await listAll(the()), webhook!)).toEqual(['pending'])
    })

    test('of a deleted webhook are cancelled', async () => {
      const [webhook] = await addWebhooks(the(), 5)
      await the().accept()
      await the().change(webhook!, (current) => remove(current, the().clock.now))
      const sweep = () => the().store.retention.sweep(the().clock.now + LATER, 0, 100)
      expect(await sweep()).toBe(0)
      await the().bearAll()
      await the().moveAll()
      expect(statesOf(await listAll(the()), webhook!)).toEqual(['cancelled'])
    })

    test('are no matter of retention before they are made and done', async () => {
      const webhooks = await addWebhooks(the(), 9)
      const event = the().event()
      await the().accept([event])
      const { store, clock, organization } = the()
      await store.work.bearWaiting()
      for (const webhook of webhooks.slice(0, FANOUT_ROWS_PER_SLICE)) {
        const { leased } = await the().claimDue(webhook)
        await the().settle(leased[0]!, okReport())
      }
      expect(await store.retention.sweep(clock.now + LATER, 0, 1_000)).toBe(2 * FANOUT_ROWS_PER_SLICE)
      expect(await store.events.get(organization.id, event.id)).not.toBeNull()
      expect(await store.deliveries.countByEvent(organization.id, [event.id])).toEqual([2])
      expect(await the().bearAll()).toBe(1)
      expect(await listAll(the())).toHaveLength(2)
    })

    test('are not made by a replay beside it', async () => {
      const [webhook] = await addWebhooks(the(), 5)
      const event = the().event()
      await the().accept([event])
      const { store, clock } = the()
      const request = { webhook: webhook!, since: 0, until: clock.now + 1, states: ['never' as const] }
      const replayable = () =>
        store.deliveries.replayable({ ...request, types: [EVENT_TYPE], after: null, limit: 10 })
      expect((await replayable()).items).toEqual([])
      const item = { eventId: event.id, deliveryId: null, state: 'never' as const, fence: null }
      expect(await store.deliveries.replay(webhook!.id, [item], clock.now)).toBe(0)
      await the().bearAll()
      expect((await replayable()).items).toEqual([])
      expect(await listAll(the())).toHaveLength(5)
    })

    test('are made of a unit that is accepted once, whatever its key is asked again', async () => {
      await addWebhooks(the(), 5)
      const unit = { events: [the().event()], claim: the().claim() }
      accepted(await the().acceptUnit(unit))
      expect(await the().acceptUnit({ ...unit, events: [the().event()] })).toMatchObject({
        outcome: 'replayed',
      })
      await the().bearAll()
      expect(await listAll(the())).toHaveLength(5)
    })
  })

  describe('who hears a unit', () => {
    test('may be found before the commit', async () => {
      const webhooks = await addWebhooks(the(), 5)
      const { store, organization } = the()
      const page = await store.webhooks.hearers(organization.id, EVENT_TYPE, null, 3)
      const rest = await store.webhooks.hearers(organization.id, EVENT_TYPE, page.next, 3)
      expect([...page.webhooks, ...rest.webhooks].map(({ id }) => id)).toEqual(webhooks.map(({ id }) => id))
      expect([rest.next, rest.version]).toEqual([null, page.version])
      const events = [the().event(), the().event()]
      const ids = webhooks.map(({ id }) => id)
      const byEvent = new Map([
        [events[0]!.id, audienceOf(ids)],
        [events[1]!.id, audienceOf(ids, (place) => place === 2)],
      ])
      const match = (): never => {
        throw new Error('nobody has to be asked')
      }
      const unit = {
        events,
        hearers: { version: page.version, byEvent, passedOver: new Map() },
        filtered: new Map(),
      }
      expect(await the().acceptUnit(unit, { match })).toMatchObject({ deliveries: [5, 1], fansOut: true })
      await the().bearAll()
      expect((await listAll(the())).map(({ webhookId }) => webhookId).sort()).toEqual(
        [...ids, ids[2]!].sort(),
      )
    })

    test('is asked again when a webhook was made or changed since', async () => {
      const [webhook] = await addWebhooks(the(), 5)
      const { store, organization } = the()
      const { version } = await store.webhooks.hearers(organization.id, EVENT_TYPE, null, 10)
      const unit = {
        events: [the().event()],
        hearers: { version, byEvent: new Map(), passedOver: new Map() },
        filtered: new Map(),
      }
      accepted(await the().acceptUnit(unit))
      await the().change(webhook!, (current) => ({ webhook: { ...current, events: [] }, waiting: [] }))
      const refused = await the().acceptUnit({ ...unit, events: [the().event()] })
      expect(refused.outcome === 'refused' && refused.error).toBeInstanceOf(HearersUnknown)
    })
  })

  describe('a commit', () => {
    test('leaves to the next what is too much for one step', async () => {
      await addWebhooks(the(), 1)
      const units = Array.from({ length: 30 }, () => unitOf({ events: [the().event()] }))
      const { accepts } = await the().commit({ accepts: units })
      expect(accepts).toHaveLength(20)
      const left = await the().commit({ accepts: units.slice(20) })
      expect(left.accepts).toHaveLength(10)
      expect(await listAll(the())).toHaveLength(30)
    })

    test('leaves room for results and for claims', async () => {
      const webhooks = await addWebhooks(the(), 3)
      const leased = (await the().accept()).leased
      await the().accept([the().event()], { admit: () => false })
      const { accepts, results, claims } = await the().commit({
        accepts: Array.from({ length: 30 }, () => unitOf({ events: [the().event()] })),
        results: leased.map((one) => resultOf(one, okReport())),
        claims: webhooks.map((webhook) => claimOf(webhook, { limit: 100 })),
      })
      expect(results).toHaveLength(3)
      expect(accepts.length).toBeLessThan(30)
      expect(claims).toHaveLength(3)
      const rows = 4 * accepts.length + 3 * results.length
      expect(rows + claims.reduce((sum, one) => sum + one.leased.length, 0)).toBeLessThanOrEqual(40)
    })

    test('does one thing at least, however large it is', async () => {
      await addWebhooks(the(), 1)
      const { accepts } = await the().commit({
        accepts: [unitOf({ events: Array.from({ length: 100 }, () => the().event()) }), unitOf({})],
      })
      expect(accepts).toMatchObject([{ outcome: 'accepted', fansOut: true }])
    })
  })
}
