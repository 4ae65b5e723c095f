import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { disable, remove } from '../../core/webhook.ts'
import type { SettleFacts } from '../work.ts'
import { failedReport, okReport, plainDecisions } from './decisions.ts'
import { accepted, deliveryNow, resultOf, settled, unitOf } from './world.ts'
import type { Subject } from './world.ts'

/** Results that meet a webhook which changes: by them, before them, or against all rules. */
export const describeWorkSettleWebhooks: Subject = (the) => {
  describe('a result that stops the webhook', () => {
    test('holds what is pending, leaves the leases, and lets results in flight count', async () => {
      const { addWebhook, accept, event, commit, store, clock, settle } = the()
      const webhook = await addWebhook()
      const [stopper, inBatch, inFlight] = (await accept([event(), event(), event()])).leased
      await accept([event()], { admit: () => false })
      const states: string[] = []
      const { results } = await commit(
        {
          results: [
            { deliveryId: stopper!.delivery.id, fence: 1, report: failedReport(410) },
            { deliveryId: inBatch!.delivery.id, fence: 1, report: failedReport(410) },
          ],
        },
        {
          settle(facts) {
            states.push(`${facts.delivery.state} ${facts.webhook.status}`)
            return plainDecisions.settle(facts)
          },
        },
      )
      expect(states).toEqual(['pending active', 'held disabled_gone'])
      expect(results.map((result) => settled(result).stopped)).toEqual([true, false])
      expect(settled(results[0]!).delivery).toMatchObject({ state: 'held', dueAt: null, attemptCount: 1 })
      expect(await deliveryNow(the(), stopper!)).toMatchObject({ state: 'held', dueAt: null, leasedAt: null })
      expect(await deliveryNow(the(), inFlight!)).toMatchObject({
        state: 'held',
        dueAt: null,
        leasedAt: clock.now,
        fence: 1,
      })
      expect(await store.webhooks.countHeld(webhook.id)).toBe(4)
      expect(await store.work.lanes()).toEqual([])
      expect((await settle(inFlight!, okReport())).delivery).toMatchObject({
        state: 'delivered',
        leasedAt: null,
      })
    })

    test('leaves other webhooks alone', async () => {
      const { addWebhook, accept, settle, store } = the()
      await addWebhook()
      const other = await addWebhook()
      const { leased } = await accept()
      await settle(leased[0]!, failedReport(410))
      expect(await store.webhooks.countHeld(other.id)).toBe(0)
      expect(await deliveryNow(the(), leased[1]!)).toMatchObject({ state: 'pending' })
    })
  })

  describe('a result after the webhook was changed', () => {
    test('is judged with the delivery held and with the webhook as it is now', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      await store.webhooks.change(organization.id, webhook.id, (current) => disable(current, clock.now))
      let facts: SettleFacts | null = null
      const outcome = await settle(leased, failedReport(500), {
        settle(given) {
          facts = given
          return plainDecisions.settle(given)
        },
      })
      expect(facts).toMatchObject({ delivery: { state: 'held' }, webhook: { status: 'disabled' } })
      expect(outcome.delivery).toMatchObject({ state: 'held', attemptCount: 1, leasedAt: null })
    })

    test('still counts when the webhook was deleted: the log must not deny it', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      const [good, bad] = [await lease(), await lease()]
      await store.webhooks.change(organization.id, webhook.id, (current) => remove(current, clock.now))
      const cancelledAt = clock.now
      clock.now += 1_000
      expect((await settle(good, okReport())).delivery).toMatchObject({ state: 'delivered', leasedAt: null })
      expect((await settle(bad, failedReport(500))).delivery).toMatchObject({
        state: 'cancelled',
        attemptCount: 1,
        endedAt: cancelledAt,
      })
      expect(await store.deliveries.attempts(organization.id, bad.delivery.id)).toHaveLength(1)
    })
  })

  describe('a result that cannot be settled', () => {
    test('is not written, and the others are; what it is about waits, and can be sent again then', async () => {
      const { addWebhook, accept, event, commit, store, organization, clock, claimDue } = the()
      const webhook = await addWebhook()
      const { leased } = await accept([event(), event(), event()])
      const sent = event()
      let admissions = 0
      const { accepts, results } = await commit(
        { accepts: [unitOf({ events: [sent] })], results: leased.map((one) => resultOf(one, okReport())) },
        {
          admit: () => (admissions += 1) === 1,
          settle(facts) {
            if (facts.delivery.id === leased[1]!.delivery.id) throw new Error('a rule broke')
            return plainDecisions.settle(facts)
          },
        },
      )
      expect(results).toMatchObject([
        { stale: false },
        { stale: true, error: { message: 'a rule broke' } },
        { stale: false },
      ])
      expect([admissions, accepted(accepts[0]!).leased.length]).toEqual([1, 1])
      expect(await store.events.get(organization.id, sent.id)).toEqual(sent)
      for (const one of [leased[0]!, leased[2]!]) {
        expect(await deliveryNow(the(), one)).toMatchObject({ state: 'delivered', attemptCount: 1 })
      }
      const dueAt = clock.now + LIMITS.faultWaitMs
      expect(await deliveryNow(the(), leased[1]!)).toMatchObject({
        state: 'pending',
        attemptCount: 0,
        leasedAt: null,
        dueAt,
      })
      expect(await store.deliveries.attempts(organization.id, leased[1]!.delivery.id)).toEqual([])
      expect((await store.webhooks.byId(webhook.id))?.revision).toBe(3)
      expect((await claimDue(webhook)).nextDueAt).toBe(dueAt)
      clock.now = dueAt
      expect((await claimDue(webhook)).leased.map(({ delivery }) => delivery.fence)).toEqual([2])
    })

    test('also when its decision is one that the states do not allow', async () => {
      const { addWebhook, lease, commit, store, organization, clock, change } = the()
      const webhook = await addWebhook()
      const [wrong, fine] = [await lease(), await lease()]
      await change(webhook, (current) => remove(current, clock.now))
      const { results } = await commit(
        { results: [resultOf(wrong, failedReport(500)), resultOf(fine, okReport())] },
        {
          settle: (facts) =>
            facts.outcome === 'delivered'
              ? plainDecisions.settle(facts)
              : {
                  delivery: { state: 'pending', tries: 1, dueAt: clock.now, endedAt: null },
                  webhook: null,
                  holdPending: false,
                },
        },
      )
      expect(results).toMatchObject([
        {
          stale: true,
          error: { message: `delivery ${wrong.delivery.id} cannot move from cancelled to pending` },
        },
        { stale: false, delivery: { state: 'delivered' } },
      ])
      // Nothing was planned of it, and so nothing is put off.
      expect(await deliveryNow(the(), wrong)).toMatchObject({
        state: 'cancelled',
        attemptCount: 0,
        leasedAt: null,
        dueAt: null,
      })
      expect(await store.deliveries.attempts(organization.id, wrong.delivery.id)).toEqual([])
    })
  })

  describe('the kind of an attempt', () => {
    test('is the schedule’s, a test’s, or a person’s who sent it again', async () => {
      const { addWebhook, acceptUnit, lease, event, settle, claimDue, store, organization, clock } = the()
      const webhook = await addWebhook({ retrySchedule: [] })
      const outcome = accepted(
        await acceptUnit({ events: [event()], target: { webhookId: webhook.id, kind: 'test' } }),
      )
      await settle(outcome.leased[0]!, okReport())
      expect(await store.deliveries.attempts(organization.id, outcome.targeted[0]!)).toMatchObject([
        { kind: 'test' },
      ])

      const leased = await lease()
      await settle(leased, okReport())
      const before = await deliveryNow(the(), leased)
      clock.now += 5
      await store.deliveries.resend(organization.id, leased.delivery.id, null, clock.now)
      const [again] = (await claimDue(webhook)).leased
      expect(again?.delivery).toMatchObject({ resendOf: leased.delivery.id, state: 'pending' })
      const settledAgain = await settle(again!, failedReport(500))
      expect(settledAgain).toMatchObject({ unblocked: false, delivery: { state: 'exhausted' } })
      expect(await store.deliveries.attempts(organization.id, again!.delivery.id)).toMatchObject([
        { kind: 'manual', number: 1, outcome: 'failed' },
      ])
      expect(await deliveryNow(the(), leased)).toEqual(before)
      expect(await store.deliveries.attempts(organization.id, leased.delivery.id)).toMatchObject([
        { kind: 'auto', number: 1 },
      ])
    })
  })
}
