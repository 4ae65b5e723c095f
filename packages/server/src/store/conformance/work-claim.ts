import { describe, expect, test } from 'vitest'
import { disable } from '../../core/webhook.ts'
import { failedReport, okReport } from './decisions.ts'
import { deliveryNow, unitOf } from './world.ts'
import type { Subject } from './world.ts'

const noRoom = { admit: () => false }

export const describeWorkClaim: Subject = (the) => {
  describe('claiming', () => {
    test('leases what is due, oldest first, up to the limit, with its event', async () => {
      const { addWebhook, accept, event, commit, clock } = the()
      const webhook = await addWebhook()
      const events = [event(), event(), event()]
      for (const one of events) {
        await accept([one], noRoom)
        clock.now += 1_000
      }
      const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 2 }] })
      const [claim] = claims
      expect(claim?.leased.map((leased) => leased.event)).toEqual(events.slice(0, 2))
      expect(claim?.leased.map(({ delivery }) => [delivery.leasedAt, delivery.fence])).toEqual([
        [clock.now, 1],
        [clock.now, 1],
      ])
      expect(claim?.nextDueAt).toBe(clock.now - 1_000)
      expect(await deliveryNow(the(), claim!.leased[0]!)).toMatchObject(claim!.leased[0]!.delivery)
    })

    test('takes at once what the same batch gives back', async () => {
      const { addWebhook, lease, commit } = the()
      const webhook = await addWebhook()
      const { delivery } = await lease()
      const { claims } = await commit({
        releases: [{ deliveryId: delivery.id, fence: delivery.fence }],
        claims: [{ webhookId: webhook.id, limit: 5 }],
      })
      expect(claims[0]?.leased.map((leased) => [leased.delivery.id, leased.delivery.fence])).toEqual([
        [delivery.id, delivery.fence + 1],
      ])
    })

    test('what is leased is not leased again, also not by the same batch', async () => {
      const { addWebhook, accept, event, commit } = the()
      const webhook = await addWebhook()
      await accept([event(), event(), event()], noRoom)
      const claim = { webhookId: webhook.id, limit: 2 }
      const first = await commit({ claims: [claim, claim] })
      expect(first.claims.map(({ leased }) => leased.length)).toEqual([2, 1])
      expect(first.claims[1]?.nextDueAt).toBeNull()
      const second = await commit({ claims: [claim] })
      expect(second.claims).toEqual([{ webhookId: webhook.id, leased: [], nextDueAt: null }])
    })

    test('what the same batch accepts can be claimed by it', async () => {
      const { addWebhook, event, commit } = the()
      const webhook = await addWebhook()
      const { claims } = await commit(
        { accepts: [unitOf({ events: [event()] })], claims: [{ webhookId: webhook.id, limit: 5 }] },
        noRoom,
      )
      expect(claims[0]?.leased).toHaveLength(1)
    })

    test('what is not due yet stays, and says when it will be', async () => {
      const { addWebhook, lease, settle, commit, store, clock } = the()
      const webhook = await addWebhook({ retrySchedule: [60] })
      const { delivery } = await settle(await lease(), failedReport(500))
      const claim = { webhookId: webhook.id, limit: 5 }
      clock.now = delivery.dueAt! - 1
      expect((await commit({ claims: [claim] })).claims).toEqual([
        { webhookId: webhook.id, leased: [], nextDueAt: delivery.dueAt },
      ])
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: delivery.dueAt }])
      clock.now = delivery.dueAt!
      const { claims } = await commit({ claims: [claim] })
      expect(claims[0]?.leased.map((leased) => leased.delivery.fence)).toEqual([2])
      expect(await store.work.lanes()).toEqual([])
    })

    test('a webhook that is stopped, deleted or unknown has nothing to claim', async () => {
      const { addWebhook, accept, commit, store, organization, clock, ids } = the()
      const webhook = await addWebhook()
      await accept(undefined, noRoom)
      await store.webhooks.change(organization.id, webhook.id, (current) => ({
        ...disable(current, clock.now),
        waiting: 'keep',
      }))
      const unknown = ids.make('webhook')
      const { claims } = await commit({
        claims: [webhook.id, unknown].map((webhookId) => ({ webhookId, limit: 5 })),
      })
      expect(claims).toEqual([
        { webhookId: webhook.id, leased: [], nextDueAt: null },
        { webhookId: unknown, leased: [], nextDueAt: null },
      ])
    })

    test('lanes name each webhook once, of every organization, with its earliest time', async () => {
      const { addWebhook, addTenant, accept, event, store, clock, organization } = the()
      const other = await addTenant('other')
      const mine = await addWebhook()
      const theirs = await addWebhook({ organizationId: other.organization.id })
      await addWebhook({ events: ['other.type'] })
      const start = clock.now
      for (let round = 0; round < 3; round += 1) {
        await accept([event()], noRoom)
        clock.now += 10
        await accept([event({ organizationId: other.organization.id })], noRoom)
      }
      const lanes = await store.work.lanes()
      expect(lanes).toHaveLength(2)
      expect(lanes).toContainEqual({ webhookId: mine.id, organizationId: organization.id, nextDueAt: start })
      expect(lanes).toContainEqual({
        webhookId: theirs.id,
        organizationId: other.organization.id,
        nextDueAt: start + 10,
      })
    })
  })

  describe('giving a lease back', () => {
    test('clears it and nothing else; the next lease has another fence', async () => {
      const { addWebhook, lease, commit, store, organization } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      const { id } = leased.delivery
      await commit({ releases: [{ deliveryId: id, fence: 1 }] })
      expect(await deliveryNow(the(), leased)).toMatchObject({ ...leased.delivery, leasedAt: null })
      expect(await store.deliveries.attempts(organization.id, id)).toEqual([])
      const late = await commit({ results: [{ deliveryId: id, fence: 1, report: okReport() }] })
      expect(late.results).toEqual([{ stale: true }])
      const { claims } = await commit({ claims: [{ webhookId: webhook.id, limit: 1 }] })
      expect(claims[0]?.leased[0]?.delivery).toMatchObject({ id, fence: 2 })
    })

    test('an old fence gives nothing back', async () => {
      const { addWebhook, lease, commit, ids } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      const { id } = leased.delivery
      await commit({ releases: [{ deliveryId: id, fence: 1 }] })
      await commit({ claims: [{ webhookId: webhook.id, limit: 1 }] })
      await commit({
        releases: [
          { deliveryId: id, fence: 1 },
          { deliveryId: ids.make('dlv'), fence: 1 },
        ],
      })
      expect(await deliveryNow(the(), leased)).toMatchObject({ fence: 2, leasedAt: leased.delivery.leasedAt })
    })
  })
}
