import { describe, expect, test } from 'vitest'
import type { Delivery, LeasedDelivery } from '../../core/delivery.ts'
import { disable, enable, pause, remove } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { ResendOutcome } from '../store.ts'
import { failedReport, okReport } from './decisions.ts'
import { MOVE_ROWS_PER_SLICE, accepted, deliveryNow } from './world.ts'
import type { Subject, World } from './world.ts'

async function resend(
  world: World,
  { delivery }: { delivery: Pick<Delivery, 'id'> },
): Promise<ResendOutcome> {
  const { store, organization, clock } = world
  const outcome = await store.deliveries.resend(organization.id, delivery.id, null, clock.now)
  if (outcome === null) throw new Error(`there is no delivery ${delivery.id}`)
  return outcome
}

/** Leases what is due of a webhook, as a claim does. */
async function claim({ commit }: World, webhook: Webhook): Promise<LeasedDelivery[]> {
  const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 10, bytesMax: 1e6 }] })
  return claims[0]!.leased
}

export const describeResend: Subject = (the) => {
  async function queued(one: { delivery: Pick<Delivery, 'id'> }) {
    const outcome = await resend(the(), one)
    if (outcome.outcome !== 'queued') throw new Error(`it is ${outcome.outcome}`)
    return outcome
  }

  describe('sending a delivery again', () => {
    /** What is made for a delivery that has ended. */
    const again = (before: Delivery) => ({
      ...before,
      id: expect.not.stringMatching(before.id) as string,
      state: 'pending',
      resendOf: before.id,
      orderKey: null,
      tries: 0,
      attemptCount: 0,
      dueAt: the().clock.now,
      leasedAt: null,
      fence: 0,
      createdAt: the().clock.now,
      endedAt: null,
      lastStatusCode: null,
      lastError: null,
    })

    test.each([
      ['used up', failedReport(500), 'exhausted'],
      ['delivered', okReport(), 'delivered'],
    ])('one that was %s stays as it is, and another is made', async (_how, report, state) => {
      const { addWebhook, lease, settle, clock } = the()
      const webhook = await addWebhook({ retrySchedule: [], ordering: 'webhook' })
      const leased = await lease()
      await settle(leased, report)
      clock.now += 1_000
      const before = await deliveryNow(the(), leased)
      expect(before).toMatchObject({ state, tries: 1, orderKey: '', resendOf: null })
      const { delivery } = await queued(leased)
      expect(delivery).toEqual(again(before))
      expect(await deliveryNow(the(), leased)).toEqual(before)
      const [sent] = await claim(the(), webhook)
      expect(sent).toMatchObject({ delivery: { id: delivery.id, fence: 1 }, event: { id: before.eventId } })
      expect((await settle(sent!, okReport())).delivery).toMatchObject({
        state: 'delivered',
        attemptCount: 1,
      })
      const [attempt] = await the().store.deliveries.attempts(before.organizationId, delivery.id)
      expect(attempt).toMatchObject({ kind: 'manual', number: 1 })
    })

    test('one that is asked for while it is owed is answered, and not doubled', async () => {
      const { addWebhook, lease, settle, store, organization } = the()
      const webhook = await addWebhook({ retrySchedule: [60] })
      const leased = await lease()
      await settle(leased, okReport())
      const { delivery } = await queued(leased)
      expect((await queued(leased)).delivery).toEqual(delivery)
      const [sent] = await claim(the(), webhook)
      expect((await queued(leased)).delivery.id).toBe(delivery.id)
      await settle(sent!, okReport())
      const another = await queued(leased)
      expect(another.delivery).toMatchObject({ resendOf: leased.delivery.id, state: 'pending' })
      expect(another.delivery.id).not.toBe(delivery.id)
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 9, before: null })
      expect(rows.map(({ state }) => state)).toEqual(['pending', 'delivered', 'delivered'])
      expect(await store.deliveries.countByEvent(organization.id, [leased.event.id])).toEqual([3])
    })

    test('one that waits for its retry is due now, and goes on with its schedule', async () => {
      const { addWebhook, lease, settle, clock } = the()
      await addWebhook()
      const leased = await lease()
      await settle(leased, failedReport(500))
      clock.now += 1_000
      const before = await deliveryNow(the(), leased)
      expect(before.dueAt).toBeGreaterThan(clock.now)
      expect((await queued(leased)).delivery).toEqual({ ...before, dueAt: clock.now })
    })

    test('one that was dropped is made anew', async () => {
      const { addWebhook, accept, store, organization, clock } = the()
      const webhook = await addWebhook({ status: 'disabled' })
      await accept()
      await store.webhooks.change(organization.id, webhook.id, (row) => enable(row, 'drop', clock.now))
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 2, before: null })
      expect(rows).toMatchObject([{ state: 'cancelled' }])
      expect(await queued({ delivery: rows[0]! })).toMatchObject({
        delivery: { state: 'pending', resendOf: rows[0]!.id, endedAt: null },
      })
    })

    test('with an Idempotency-Key it is made once, and the key is for one request', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      await settle(leased, okReport())
      const { id } = leased.delivery
      const key = { key: 'once', requestHash: 'of this', resourceId: '', createdAt: clock.now }
      const claimed = { organizationId: organization.id, operation: 'resendDelivery', ...key }
      const first = await store.deliveries.resend(organization.id, id, claimed, clock.now)
      if (first?.outcome !== 'queued') throw new Error('it is not queued')
      const [sent] = await claim(the(), webhook)
      await settle(sent!, okReport())
      expect(await store.deliveries.resend(organization.id, id, claimed, clock.now)).toMatchObject({
        outcome: 'replayed',
        resourceId: first.delivery.id,
      })
      const other = { ...claimed, requestHash: 'of something else' }
      expect(await store.deliveries.resend(organization.id, id, other, clock.now)).toEqual({
        outcome: 'conflict',
      })
    })
  })

  describe('sending a delivery again is refused', () => {
    const refused = (reason: string) => ({ outcome: 'refused', reason })

    test('while an attempt is in flight', async () => {
      const { addWebhook, lease } = the()
      await addWebhook()
      const leased = await lease()
      const before = await deliveryNow(the(), leased)
      expect(await resend(the(), leased)).toEqual(refused('in_flight'))
      expect(await deliveryNow(the(), leased)).toEqual(before)
    })

    test('while an earlier one of its order goes first', async () => {
      const { addWebhook, accept, event, settle } = the()
      await addWebhook({ ordering: 'webhook' })
      const { leased } = await accept([event(), event()])
      const { rows } = await the().store.deliveries.list(
        the().organization.id,
        {},
        { limit: 1, before: null },
      )
      expect(await resend(the(), { delivery: rows[0]! })).toEqual(refused('blocked'))
      await settle(leased[0]!, okReport())
      expect(await resend(the(), { delivery: rows[0]! })).toMatchObject({ outcome: 'queued' })
    })

    test('when it is a test', async () => {
      const { addWebhook, acceptUnit, event, settle } = the()
      const webhook = await addWebhook({ events: [] })
      const unit = { events: [event()], target: { webhookId: webhook.id, kind: 'test' as const } }
      const { leased } = accepted(await acceptUnit(unit))
      await settle(leased[0]!, okReport())
      expect(await resend(the(), leased[0]!)).toEqual(refused('test'))
    })

    test.each([
      ['disabled', disable],
      ['paused', pause],
      ['deleted', remove],
    ])('while its webhook is %s', async (_, stop) => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook({ retrySchedule: [] })
      const leased = await lease()
      await settle(leased, failedReport(500))
      await store.webhooks.change(organization.id, webhook.id, (row) => stop(row, clock.now))
      expect(await resend(the(), leased)).toEqual(refused('webhook_stopped'))
      expect(await deliveryNow(the(), leased)).toMatchObject({ state: 'exhausted', dueAt: null })
    })

    test('until what stopped its webhook is done with its deliveries', async () => {
      const { addWebhook, lease, settle, accept, event, store, organization, clock, moveAll } = the()
      const { id } = await addWebhook({ retrySchedule: [] })
      const leased = await lease()
      await settle(leased, failedReport(500))
      const events = Array.from({ length: 2 * MOVE_ROWS_PER_SLICE + 1 }, () => event())
      await accept(events, { admit: () => false })
      await store.webhooks.change(organization.id, id, (row) => disable(row, clock.now))
      await store.webhooks.change(organization.id, id, (row) => enable(row, 'send', clock.now))
      expect(await resend(the(), leased)).toEqual(refused('webhook_stopped'))
      await moveAll()
      expect(await resend(the(), leased)).toMatchObject({ outcome: 'queued' })
    })

    test('to another tenant, and for an id that names nothing', async () => {
      const { addWebhook, lease, settle, store, organization, addTenant, ids } = the()
      await addWebhook({ retrySchedule: [] })
      const leased = await lease()
      await settle(leased, failedReport(500))
      const stranger = (await addTenant('stranger')).organization.id
      expect(await store.deliveries.resend(stranger, leased.delivery.id, null, 1)).toBeNull()
      expect(await store.deliveries.resend(organization.id, ids.make('dlv'), null, 1)).toBeNull()
      expect(await store.deliveries.resend(organization.id, 'nonsense', null, 1)).toBeNull()
      expect(await deliveryNow(the(), leased)).toMatchObject({ state: 'exhausted' })
    })
  })
}
