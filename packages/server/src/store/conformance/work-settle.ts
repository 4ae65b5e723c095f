import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { disable, remove } from '../../core/webhook.ts'
import type { SettleFacts } from '../work.ts'
import { cutReport, failedReport, okReport, plainDecisions } from './decisions.ts'
import { accepted, claimOf, deliveryNow, resultOf, settled, unitOf } from './world.ts'
import type { Subject } from './world.ts'

export const describeWorkSettle: Subject = (the) => {
  describe('settling', () => {
    test('records the attempt as it was made, and what becomes of delivery and webhook', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      clock.now += 40
      const report = okReport({ requestHeaders: { 'webhook-id': leased.event.id, 'x-a': '' } })
      const outcome = await settle(leased, report)
      expect(outcome.stopped).toBe(false)
      expect(outcome.delivery).toEqual({
        ...leased.delivery,
        state: 'delivered',
        tries: 1,
        attemptCount: 1,
        dueAt: null,
        leasedAt: null,
        endedAt: clock.now,
      })
      expect(outcome.webhook).toEqual({ ...webhook, lastTriggeredAt: clock.now, revision: 2 })
      expect(outcome.unblocked).toBe(false)
      expect(await deliveryNow(the(), leased)).toEqual({
        ...outcome.delivery,
        eventType: leased.event.type,
        blockedBy: null,
        lastStatusCode: 200,
        lastError: null,
      })
      expect(await store.webhooks.get(organization.id, webhook.id)).toEqual(outcome.webhook)
      const { retryAfterMs: _, ...recorded } = report
      expect(await store.deliveries.attempts(organization.id, leased.delivery.id)).toEqual([
        { deliveryId: leased.delivery.id, number: 1, kind: 'auto', ...recorded },
      ])
    })

    test('an attempt that got no answer is recorded without one', async () => {
      const { addWebhook, lease, settle, store, organization } = the()
      await addWebhook()
      const leased = await lease()
      await settle(leased, { ...cutReport(), requestHeaders: {} })
      expect(await store.deliveries.attempts(organization.id, leased.delivery.id)).toMatchObject([
        { statusCode: null, requestHeaders: {}, responseHeaders: null, responseBody: null },
      ])
      expect(await deliveryNow(the(), leased)).toMatchObject({
        lastStatusCode: null,
        lastError: 'Nothing listens there',
      })
    })

    test('a failure is due again, under a new lease, until it succeeds or is used up', async () => {
      const { addWebhook, lease, settle, commit, clock, store, organization } = the()
      const webhook = await addWebhook({ retrySchedule: [60, 300] })
      let leased = await lease()
      for (const waitMs of [60_000, 300_000]) {
        const { delivery } = await settle(leased, failedReport(500))
        expect(delivery).toMatchObject({ state: 'pending', dueAt: clock.now + waitMs, leasedAt: null })
        clock.now += waitMs
        const { claims } = await commit({ claims: [claimOf(webhook)] })
        leased = claims[0]!.leased[0]!
      }
      expect(leased.delivery.fence).toBe(3)
      const last = await settle(leased, failedReport(502))
      expect(last.delivery).toMatchObject({
        state: 'exhausted',
        tries: 3,
        attemptCount: 3,
        endedAt: clock.now,
      })
      const attempts = await store.deliveries.attempts(organization.id, leased.delivery.id)
      expect(attempts.map(({ number, statusCode }) => [number, statusCode])).toEqual([
        [1, 500],
        [2, 500],
        [3, 502],
      ])
      expect(await deliveryNow(the(), leased)).toMatchObject({
        lastStatusCode: 502,
        lastError: 'The receiver answered 502',
      })
    })

    test('a due time between two milliseconds is kept', async () => {
      const { addWebhook, lease, settle, clock } = the()
      await addWebhook()
      const leased = await lease()
      const dueAt = clock.now + 60_000.25
      await settle(leased, failedReport(500), {
        settle: () => ({
          delivery: { state: 'pending', tries: 1, manual: null, dueAt, endedAt: null },
          webhook: null,
          holdPending: false,
        }),
      })
      expect((await deliveryNow(the(), leased)).dueAt).toBe(dueAt)
    })

    test('a delivery that changed under its lease is settled as it is now', async () => {
      const { addWebhook, lease, settle, change, moveAll, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      await change(webhook, (now) => remove(now, clock.now))
      await moveAll()
      const { state } = await deliveryNow(the(), leased)
      expect(state).not.toBe(leased.delivery.state)
      const seen: string[] = []
      await settle(leased, okReport(), {
        settle(facts) {
          seen.push(facts.delivery.state)
          return plainDecisions.settle(facts)
        },
      })
      expect(seen.at(-1)).toBe(state)
      expect(await deliveryNow(the(), leased)).toMatchObject({ state: 'delivered', leasedAt: null })
    })

    test('a rule that breaks on what a delivery was, and not on what it is, does no harm', async () => {
      const { addWebhook, lease, commit, change, moveAll, clock } = the()
      const webhook = await addWebhook()
      const [changed, ended] = [await lease(), await lease()]
      await commit({ results: [resultOf(ended, okReport())] })
      await change(webhook, (now) => remove(now, clock.now))
      await moveAll()
      const { results } = await commit(
        { results: [resultOf(changed, okReport()), resultOf(ended, okReport())] },
        {
          settle(facts) {
            if (facts.delivery.state === 'pending') throw new Error('a rule broke')
            return plainDecisions.settle(facts)
          },
        },
      )
      expect(results[0]).toMatchObject({ stale: false })
      expect(results[1]).toEqual({ stale: true })
      expect(await deliveryNow(the(), changed)).toMatchObject({ state: 'delivered', attemptCount: 1 })
    })

    test('what the caller no longer has is read', async () => {
      const { addWebhook, lease, commit } = the()
      await addWebhook()
      const leased = await lease()
      const { id: deliveryId, fence } = leased.delivery
      const { results } = await commit({ results: [{ deliveryId, fence, report: okReport() }] })
      expect(settled(results[0]!).delivery).toMatchObject({ id: deliveryId, state: 'delivered' })
      // A copy is as good as the original.
      const again = await lease()
      const copied = { ...resultOf(again, okReport()), leased: { ...again.delivery } }
      expect(settled((await commit({ results: [copied] })).results[0]!).delivery.id).toBe(again.delivery.id)
    })

    test('a webhook is left as it is when the outcome says so', async () => {
      const { addWebhook, lease, settle, store, organization } = the()
      const webhook = await addWebhook({ failureCount: 2 })
      const outcome = await settle(await lease(), okReport(), {
        settle: (facts) => ({ ...plainDecisions.settle(facts), webhook: null }),
      })
      expect(outcome.webhook).toEqual(webhook)
      expect(await store.webhooks.get(organization.id, webhook.id)).toEqual(webhook)
    })
  })

  describe('a stale result', () => {
    test('writes nothing: another fence, no lease, settled before, unknown', async () => {
      const { addWebhook, lease, commit, settle, store, organization, ids } = the()
      await addWebhook()
      const leased = await lease()
      const { id } = leased.delivery
      const report = okReport()
      const { delivery: other } = await lease()
      const strangers = [
        { deliveryId: id, fence: 2, report },
        { deliveryId: id, fence: 2, report, leased: { ...leased.delivery, fence: 2 } },
        { deliveryId: id, fence: 2, report, leased: other },
        { deliveryId: id, fence: 0, report },
        { deliveryId: ids.make('dlv'), fence: 1, report },
        { deliveryId: 'nonsense', fence: 1, report },
      ]
      const { results } = await commit({ results: strangers })
      expect(results).toEqual(strangers.map(() => ({ stale: true })))
      expect(await deliveryNow(the(), leased)).toMatchObject(leased.delivery)
      expect(await store.deliveries.attempts(organization.id, id)).toEqual([])

      await settle(leased, failedReport(500))
      const again = await commit({ results: [{ deliveryId: id, fence: 1, report }] })
      expect(again.results).toEqual([{ stale: true }])
      expect(await store.deliveries.attempts(organization.id, id)).toHaveLength(1)
    })

    test('the second of two results of one lease in one batch', async () => {
      const { addWebhook, lease, commit, store, organization } = the()
      await addWebhook()
      const { delivery } = await lease()
      const result = { deliveryId: delivery.id, fence: 1, report: okReport() }
      const { results } = await commit({ results: [result, result] })
      expect(results.map(({ stale }) => stale)).toEqual([false, true])
      expect(await store.deliveries.attempts(organization.id, delivery.id)).toHaveLength(1)
    })
  })

  describe('results of one batch', () => {
    test('are asked in order, each with what the one before it left', async () => {
      const { addWebhook, accept, event, commit, store, organization } = the()
      const webhook = await addWebhook()
      const { leased } = await accept([event(), event(), event()])
      const seen: number[] = []
      const { results } = await commit(
        {
          results: leased.map(({ delivery }) => ({
            deliveryId: delivery.id,
            fence: 1,
            report: failedReport(500),
          })),
        },
        {
          settle(facts) {
            seen.push(facts.webhook.failureCount)
            return plainDecisions.settle(facts)
          },
        },
      )
      expect(seen).toEqual([0, 1, 2])
      expect(settled(results[2]!).webhook.failureCount).toBe(3)
      expect((await store.webhooks.byId(webhook.id))?.failureCount).toBe(3)
      expect(
        (await store.webhooks.list(organization.id, 'webhooks', { limit: 1, before: null })).rows[0]
          ?.failureCount,
      ).toBe(3)
    })
  })

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
                  delivery: { state: 'pending', tries: 1, manual: null, dueAt: clock.now, endedAt: null },
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
      const { endedAt } = await deliveryNow(the(), leased)
      clock.now += 5
      await store.deliveries.resend(organization.id, leased.delivery.id, clock.now)
      const [again] = (await claimDue(webhook)).leased
      expect(again?.delivery).toMatchObject({ id: leased.delivery.id, state: 'delivered', manual: 'once' })
      const settledAgain = await settle(again!, failedReport(500))
      expect(settledAgain).toMatchObject({
        unblocked: false,
        delivery: { state: 'delivered', manual: null, endedAt },
      })
      expect(await store.deliveries.attempts(organization.id, leased.delivery.id)).toMatchObject([
        { kind: 'auto', number: 1 },
        { kind: 'manual', number: 2, outcome: 'failed' },
      ])
    })
  })
}
