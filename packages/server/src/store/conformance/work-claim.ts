import { describe, expect, test } from 'vitest'
import { disable } from '../../core/webhook.ts'
import { failedReport, okReport } from './decisions.ts'
import { claimOf, deliveryNow, unitOf } from './world.ts'
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
      const { claims } = await commit({ claims: [claimOf(webhook, { limit: 2 })] })
      const [claim] = claims
      expect(claim?.leased.map((leased) => leased.event)).toEqual(events.slice(0, 2))
      expect(claim?.leased.map(({ delivery }) => [delivery.leasedAt, delivery.fence])).toEqual([
        [clock.now, 1],
        [clock.now, 1],
      ])
      expect(claim?.nextDueAt).toBe(clock.now - 1_000)
      expect(await deliveryNow(the(), claim!.leased[0]!)).toMatchObject(claim!.leased[0]!.delivery)
    })

    test('leases nothing while the receiver wants to be left alone, but one delivery that is asked for', async () => {
      const { addWebhook, accept, event, claimDue, clock, store } = the()
      const pausedUntil = clock.now + 60_000
      const webhook = await addWebhook({ pausedUntil })
      await accept([event(), event()], noRoom)
      expect(await claimDue(webhook)).toEqual({ webhookId: webhook.id, leased: [], nextDueAt: pausedUntil })
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: pausedUntil }])
      const { rows } = await store.deliveries.list(webhook.organizationId, {}, { limit: 2, before: null })
      expect(rows.map((row) => row.pausedUntil)).toEqual([pausedUntil, pausedUntil])
      const deliveryId = rows[0]!.id
      const one = await claimDue(webhook, { deliveryId })
      expect(one.leased.map(({ delivery }) => delivery.id)).toEqual([deliveryId])
      expect((await claimDue(webhook, { deliveryId })).leased).toEqual([])
      clock.now = pausedUntil
      expect((await claimDue(webhook)).leased).toHaveLength(1)
      expect(await store.work.lanes()).toEqual([])
    })

    test('leases one delivery only while it is due, and of its own webhook', async () => {
      const { addWebhook, lease, accept, claimDue, commit, store, organization } = the()
      const webhook = await addWebhook()
      const other = await addWebhook({ events: ['other'] })
      const { delivery } = await lease()
      expect((await claimDue(webhook, { deliveryId: delivery.id })).leased).toEqual([])
      await commit({ releases: [{ deliveryId: delivery.id, fence: 1 }] })
      expect((await claimDue(other, { deliveryId: delivery.id })).leased).toEqual([])
      expect((await claimDue(webhook, { deliveryId: 'dlv_unknown' })).leased).toEqual([])
      expect((await claimDue(webhook, { deliveryId: delivery.id })).leased).toHaveLength(1)
      await accept()
      expect(await store.deliveries.get(organization.id, delivery.id)).toMatchObject({ fence: 2 })
    })

    test('stops after the body that reaches its bytes, with one delivery at least', async () => {
      const { addWebhook, accept, event, claimDue, clock } = the()
      const webhook = await addWebhook()
      const sizes = [40, 40, 40, 500, 10]
      await accept(
        sizes.map((bytes) => event({ body: Buffer.alloc(bytes) })),
        noRoom,
      )
      const claimed: number[][] = []
      for (const bytesMax of [80, 1, 501, 10_000]) {
        const { leased, nextDueAt } = await claimDue(webhook, { bytesMax })
        claimed.push(leased.map((one) => one.event.body.length))
        expect(nextDueAt).toBe(claimed.flat().length < sizes.length ? clock.now : null)
      }
      expect(claimed).toEqual([[40, 40], [40], [500, 10], []])
    })

    test('passes over what was due earlier when asked to, and tells of it', async () => {
      const { addWebhook, accept, event, claimDue, clock } = the()
      const webhook = await addWebhook()
      const events = [event(), event(), event()]
      for (const one of events) {
        await accept([one], noRoom)
        clock.now += 1_000
      }
      const [firstDueAt, secondDueAt] = [clock.now - 3_000, clock.now - 2_000]
      const one = await claimDue(webhook, { dueFrom: secondDueAt, limit: 1 })
      expect(one.leased.map((leased) => leased.event)).toEqual([events[1]])
      expect(one.nextDueAt).toBe(firstDueAt)
      const none = await claimDue(webhook, { dueFrom: clock.now })
      expect([none.leased, none.nextDueAt]).toEqual([[], firstDueAt])
      const all = await claimDue(webhook, { dueFrom: firstDueAt })
      expect(all.leased.map((leased) => leased.event)).toEqual([events[0], events[2]])
      expect(all.nextDueAt).toBeNull()
    })

    test('takes what sends another again', async () => {
      const { addWebhook, lease, settle, store, organization, claimDue, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      await settle(leased, okReport())
      expect((await claimDue(webhook)).leased).toEqual([])
      await store.deliveries.resend(organization.id, leased.delivery.id, null, clock.now)
      expect(await store.work.lanes()).toMatchObject([{ webhookId: webhook.id, nextDueAt: clock.now }])
      const claim = await claimDue(webhook)
      expect(claim.leased.map(({ delivery }) => [delivery.state, delivery.fence])).toEqual([['pending', 1]])
      expect(claim.leased[0]?.delivery.resendOf).toBe(leased.delivery.id)
      expect(await deliveryNow(the(), leased)).toMatchObject({ state: 'delivered', leasedAt: null })
    })

    test('takes at once what the same batch gives back', async () => {
      const { addWebhook, lease, commit } = the()
      const webhook = await addWebhook()
      const { delivery } = await lease()
      const { claims } = await commit({
        releases: [{ deliveryId: delivery.id, fence: delivery.fence }],
        claims: [claimOf(webhook)],
      })
      expect(claims[0]?.leased.map((leased) => [leased.delivery.id, leased.delivery.fence])).toEqual([
        [delivery.id, delivery.fence + 1],
      ])
    })

    test('what is leased is not leased again, also not by the same batch', async () => {
      const { addWebhook, accept, event, commit } = the()
      const webhook = await addWebhook()
      await accept([event(), event(), event()], noRoom)
      const claim = claimOf(webhook, { limit: 2 })
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
        { accepts: [unitOf({ events: [event()] })], claims: [claimOf(webhook)] },
        noRoom,
      )
      expect(claims[0]?.leased).toHaveLength(1)
    })

    test('what is not due yet stays, and says when it will be', async () => {
      const { addWebhook, lease, settle, commit, store, clock } = the()
      const webhook = await addWebhook({ retrySchedule: [60] })
      const { delivery } = await settle(await lease(), failedReport(500))
      const claim = claimOf(webhook)
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
        waiting: [],
      }))
      const unknown = ids.make('webhook')
      const { claims } = await commit({
        claims: [claimOf(webhook), claimOf({ id: unknown })],
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
      const { claims } = await commit({ claims: [claimOf(webhook)] })
      expect(claims[0]?.leased[0]?.delivery).toMatchObject({ id, fence: 2 })
    })

    test('an old fence gives nothing back', async () => {
      const { addWebhook, lease, commit, ids } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      const { id } = leased.delivery
      await commit({ releases: [{ deliveryId: id, fence: 1 }] })
      await commit({ claims: [claimOf(webhook)] })
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
