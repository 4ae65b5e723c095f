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
  const outcome = await store.deliveries.resend(organization.id, delivery.id, clock.now)
  if (outcome === null) throw new Error(`there is no delivery ${delivery.id}`)
  return outcome
}

/** Leases what is due of a webhook, as a claim does. */
async function claim({ commit }: World, webhook: Webhook): Promise<LeasedDelivery[]> {
  const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 10, bytesMax: 1e6 }] })
  return claims[0]!.leased
}

export const describeResend: Subject = (the) => {
  describe('sending a delivery again', () => {
    test('one that is used up begins its schedule anew, outside its order', async () => {
      const { addWebhook, lease, settle, clock } = the()
      const webhook = await addWebhook({ retrySchedule: [], ordering: 'webhook' })
      const leased = await lease()
      await settle(leased, failedReport(500))
      clock.now += 1_000
      const before = await deliveryNow(the(), leased)
      expect(before).toMatchObject({ state: 'exhausted', tries: 1, orderKey: '' })
      const after = {
        ...before,
        state: 'pending',
        manual: 'round',
        orderKey: null,
        tries: 0,
        dueAt: clock.now,
        endedAt: null,
      }
      expect(await resend(the(), leased)).toEqual({ outcome: 'queued', delivery: after })
      expect(await deliveryNow(the(), leased)).toEqual(after)
      const [again] = await claim(the(), webhook)
      expect(again).toMatchObject({ delivery: { id: before.id, fence: 2 }, event: { id: before.eventId } })
      expect((await settle(again!, okReport())).delivery).toMatchObject({
        state: 'delivered',
        attemptCount: 2,
      })
    })

    test('one that was delivered gets one more attempt and stays delivered', async () => {
      const { addWebhook, lease, settle, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      await settle(leased, okReport())
      clock.now += 1_000
      const before = await deliveryNow(the(), leased)
      const after = { ...before, manual: 'once', dueAt: clock.now }
      expect(await resend(the(), leased)).toEqual({ outcome: 'queued', delivery: after })
      expect(await the().store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: clock.now }])
      expect(await claim(the(), webhook)).toMatchObject([{ delivery: { id: before.id, state: 'delivered' } }])
    })

    test('one that waits for its retry is sent now, and keeps its place in the schedule', async () => {
      const { addWebhook, lease, settle, clock } = the()
      await addWebhook()
      const leased = await lease()
      await settle(leased, failedReport(500))
      clock.now += 1_000
      const before = await deliveryNow(the(), leased)
      expect(before.dueAt).toBeGreaterThan(clock.now)
      const after = { ...before, manual: 'once', dueAt: clock.now }
      expect(await resend(the(), leased)).toEqual({ outcome: 'queued', delivery: after })
    })

    test('one that was dropped begins anew', async () => {
      const { addWebhook, accept, store, organization, clock } = the()
      const webhook = await addWebhook({ status: 'disabled' })
      await accept()
      await store.webhooks.change(organization.id, webhook.id, (row) => enable(row, 'drop', clock.now))
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 2, before: null })
      expect(rows).toMatchObject([{ state: 'cancelled' }])
      expect(await resend(the(), { delivery: rows[0]! })).toMatchObject({
        outcome: 'queued',
        delivery: { state: 'pending', manual: 'round', endedAt: null },
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
      expect(await store.deliveries.resend(stranger, leased.delivery.id, 1)).toBeNull()
      expect(await store.deliveries.resend(organization.id, ids.make('dlv'), 1)).toBeNull()
      expect(await store.deliveries.resend(organization.id, 'nonsense', 1)).toBeNull()
      expect(await deliveryNow(the(), leased)).toMatchObject({ state: 'exhausted' })
    })
  })
}
