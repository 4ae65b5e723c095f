import { describe, expect, test } from 'vitest'
import { disable, enable, remove } from '../../core/webhook.ts'
import { failedReport, okReport } from './decisions.ts'
import { EVENT_TYPE, deliveryNow } from './world.ts'
import type { Subject } from './world.ts'

export const describeWebhooks: Subject = (the) => {
  describe('a webhook', () => {
    test('comes back as it was stored', async () => {
      const { addWebhook, store, organization, workflow, project } = the()
      const rich = await addWebhook({
        scope: { type: 'workflow', id: workflow.id },
        headers: { Authorization: 'Bearer ✓' },
        retrySchedule: [],
        disableAfter: 0,
        status: 'disabled',
        health: 'failing',
        failureCount: 4,
        exhaustedInStreak: true,
        lastError: 'Connection refused',
        lastTriggeredAt: 12,
        pausedUntil: 34,
        telling: { state: 'failing', windowMs: 5, windowEndsAt: 6, dueAt: 7, unprompted: 2 },
      })
      const scoped = await addWebhook({ scope: { type: 'project', id: project.id }, events: [] })
      expect(await store.webhooks.get(organization.id, rich.id)).toEqual(rich)
      expect(await store.webhooks.byId(rich.id)).toEqual(rich)
      expect(await store.webhooks.get(organization.id, scoped.id)).toEqual(scoped)
      expect(await store.webhooks.get(organization.id, 'webhook_xyz789')).toBeNull()
      expect(await store.webhooks.byId('nonsense')).toBeNull()
    })

    test('is changed by what is decided on it as it is at that moment', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      await settle(await lease(), failedReport(500))
      clock.now += 1
      const changed = await store.webhooks.change(organization.id, webhook.id, (current) => ({
        webhook: { ...current, url: 'https://elsewhere.example/', updatedAt: clock.now },
        waiting: [],
      }))
      expect(changed).toEqual({
        ...webhook,
        url: 'https://elsewhere.example/',
        updatedAt: clock.now,
        revision: 3,
        failureCount: 1,
        lastError: 'The receiver answered 500',
      })
      expect(await store.webhooks.get(organization.id, webhook.id)).toEqual(changed)
      const { rows } = await store.webhooks.list(organization.id, 'webhooks', { limit: 10, before: null })
      expect(rows).toEqual([changed])
    })

    test('hears other events from the moment its events change', async () => {
      const { addWebhook, accept, event, store, organization, clock } = the()
      const webhook = await addWebhook({ events: [EVENT_TYPE, EVENT_TYPE] })
      expect((await accept([event(), event({ type: 'order.made' })])).deliveries).toEqual([1, 0])
      await store.webhooks.change(organization.id, webhook.id, (current) => ({
        webhook: { ...current, events: ['order.made'], updatedAt: clock.now },
        waiting: [],
      }))
      expect((await accept([event(), event({ type: 'order.made' })])).deliveries).toEqual([0, 1])
    })

    test('is left alone when the decision throws', async () => {
      const { addWebhook, store, organization } = the()
      const webhook = await addWebhook()
      const failing = store.webhooks.change(organization.id, webhook.id, () => {
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      expect(await store.webhooks.get(organization.id, webhook.id)).toEqual(webhook)
    })

    test('is nobody’s to change under an unknown id', async () => {
      const { store, organization, ids } = the()
      let asked = false
      const changed = await store.webhooks.change(organization.id, ids.make('webhook'), (webhook) => {
        asked = true
        return { webhook, waiting: [] }
      })
      expect([changed, asked]).toEqual([null, false])
    })

    test('once deleted is not found, listed or matched; the engine still knows it, without its secret', async () => {
      const { addWebhook, accept, store, organization, clock } = the()
      const webhook = await addWebhook()
      await store.webhooks.change(organization.id, webhook.id, (current) => remove(current, clock.now))
      expect(await store.webhooks.get(organization.id, webhook.id)).toBeNull()
      expect(
        (await store.webhooks.list(organization.id, 'webhooks', { limit: 10, before: null })).rows,
      ).toEqual([])
      expect((await accept()).deliveries).toEqual([0])
      expect(
        await store.webhooks.change(organization.id, webhook.id, (current) => enable(current, 'send', 1)),
      ).toBeNull()
      expect(await store.webhooks.byId(webhook.id)).toMatchObject({ deletedAt: clock.now, sealedSecret: '' })
    })
  })

  describe('what waits for a webhook', () => {
    /** One delivery in flight, one unleased, one delivered. */
    async function waiting() {
      const { addWebhook, lease, accept, event, settle, store, organization } = the()
      const webhook = await addWebhook()
      const done = await lease()
      await settle(done, okReport())
      const inFlight = await lease()
      await accept([event()], { admit: () => false })
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 1, before: null })
      return { webhook, done, inFlight, unleased: { delivery: rows[0]! } }
    }

    test('hold, then send: everything is due at the time of the change, leases stay', async () => {
      const { store, organization, clock, settle } = the()
      const { webhook, done, inFlight, unleased } = await waiting()
      await store.webhooks.change(organization.id, webhook.id, (current) => disable(current, clock.now))
      const held = { state: 'held', dueAt: null, endedAt: null }
      expect(await deliveryNow(the(), inFlight)).toMatchObject({
        ...held,
        leasedAt: inFlight.delivery.leasedAt,
      })
      expect(await deliveryNow(the(), unleased)).toMatchObject({ ...held, leasedAt: null })
      expect(await deliveryNow(the(), done)).toMatchObject({ state: 'delivered' })
      expect(await store.webhooks.countHeld(webhook.id)).toBe(2)
      expect(await store.work.lanes()).toEqual([])

      clock.now += 60_000
      await store.webhooks.change(organization.id, webhook.id, (current) =>
        enable(current, 'send', clock.now),
      )
      const sent = { state: 'pending', dueAt: clock.now }
      expect(await deliveryNow(the(), inFlight)).toMatchObject({
        ...sent,
        leasedAt: inFlight.delivery.leasedAt,
      })
      expect(await deliveryNow(the(), unleased)).toMatchObject({ ...sent, leasedAt: null })
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: clock.now }])
      expect((await settle(inFlight, okReport())).delivery).toMatchObject({ state: 'delivered' })
    })

    test('hold, then drop: everything held is cancelled', async () => {
      const { store, organization, clock } = the()
      const { webhook, inFlight, unleased } = await waiting()
      await store.webhooks.change(organization.id, webhook.id, (current) => disable(current, clock.now))
      clock.now += 60_000
      await store.webhooks.change(organization.id, webhook.id, (current) =>
        enable(current, 'drop', clock.now),
      )
      for (const delivery of [inFlight, unleased]) {
        expect(await deliveryNow(the(), delivery)).toMatchObject({
          state: 'cancelled',
          dueAt: null,
          endedAt: clock.now,
        })
      }
      expect(await store.webhooks.countHeld(webhook.id)).toBe(0)
    })

    test('cancel: pending and held are cancelled, an attempt in flight can still be recorded', async () => {
      const { store, organization, clock, settle } = the()
      const { webhook, done, inFlight, unleased } = await waiting()
      await store.webhooks.change(organization.id, webhook.id, (current) => remove(current, clock.now))
      expect(await deliveryNow(the(), unleased)).toMatchObject({ state: 'cancelled', endedAt: clock.now })
      expect(await deliveryNow(the(), inFlight)).toMatchObject({
        state: 'cancelled',
        leasedAt: inFlight.delivery.leasedAt,
        fence: 1,
      })
      expect(await deliveryNow(the(), done)).toMatchObject({ state: 'delivered' })
      expect((await settle(inFlight, okReport())).delivery.state).toBe('delivered')
    })

    test('another webhook’s is left alone', async () => {
      const { addWebhook, accept, event, store, organization, clock } = the()
      const [one, two] = [await addWebhook(), await addWebhook()]
      await accept([event()], { admit: () => false })
      await store.webhooks.change(organization.id, one.id, (current) => disable(current, clock.now))
      expect(await store.webhooks.countHeld(one.id)).toBe(1)
      expect(await store.webhooks.countHeld(two.id)).toBe(0)
      expect(await store.work.lanes()).toMatchObject([{ webhookId: two.id }])
    })
  })
}
