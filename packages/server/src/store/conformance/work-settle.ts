import { describe, expect, test } from 'vitest'
import { notSentReport } from '../../core/attempt.ts'
import { remove } from '../../core/webhook.ts'
import type { Decisions, SettleFacts } from '../work.ts'
import { cutReport, failedReport, okReport, plainDecisions } from './decisions.ts'
import { claimOf, deliveryNow, resultOf, settled } from './world.ts'
import type { Subject } from './world.ts'

export const describeWorkSettle: Subject = (the) => {
  describe('settling', () => {
    test('records the attempt as it was made, and what becomes of delivery and webhook', async () => {
      const { addWebhook, lease, settle, store, organization, clock } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      clock.now += 40
      const report = okReport({ sends: 2, requestHeaders: { 'webhook-id': leased.event.id, 'x-a': '' } })
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
        pausedUntil: null,
        blockedBy: null,
        lastStatusCode: 200,
        lastError: null,
      })
      expect(await store.webhooks.get(organization.id, webhook.id)).toEqual(outcome.webhook)
      const { retryAfterMs: _, ...recorded } = report
      expect(await store.deliveries.attempts(organization.id, leased.delivery.id)).toEqual([
        {
          deliveryId: leased.delivery.id,
          number: 1,
          kind: 'auto',
          ...recorded,
          repeats: 0,
          repeatedAt: null,
        },
      ])
    })

    test('an attempt that sent something else than the event is recorded with it', async () => {
      const { addWebhook, lease, settle, store, organization } = the()
      await addWebhook()
      const leased = await lease()
      const requestBody = Buffer.from('{"text":"It fails."}')
      await settle(leased, okReport({ requestBody }))
      const attempts = await store.deliveries.attempts(organization.id, leased.delivery.id)
      expect(attempts).toMatchObject([{ requestBody }])
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

    test('one of which nobody knows what came is recorded as that, and the webhook stays as it was', async () => {
      const { addWebhook, lease, settle, clock, store, organization } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      const report = { ...failedReport(500), statusCode: null, error: null, outcome: 'unknown' as const }
      const told: SettleFacts[] = []
      const { delivery } = await settle(leased, report, {
        settle(facts) {
          told.push(facts)
          return plainDecisions.settle(facts)
        },
      })
      expect(told).toMatchObject([{ outcome: 'unknown', unknownBefore: 0 }])
      expect(delivery).toMatchObject({ state: 'pending', attemptCount: 1, dueAt: clock.now })
      const { durationMs, sends } = report
      expect(await store.deliveries.attempts(organization.id, delivery.id)).toMatchObject([
        { outcome: 'unknown', durationMs, sends, error: null },
      ])
      expect(await store.webhooks.get(organization.id, webhook.id)).toMatchObject({ failureCount: 0 })
    })

    test('attempts in a row that were not sent share one row, and each knows how many came before', async () => {
      const { addWebhook, lease, settle, commit, clock, store, organization } = the()
      const webhook = await addWebhook({ retrySchedule: [60, 60, 60, 60] })
      let leased = await lease()
      const before: number[] = []
      const decisions: Decisions = {
        ...plainDecisions,
        settle(facts) {
          before.push(facts.notSentBefore)
          const settlement = plainDecisions.settle(facts)
          return { ...settlement, delivery: { ...settlement.delivery, dueAt: facts.now } }
        },
      }
      const startedAt: number[] = []
      for (const message of ['One fault.', 'One fault.', 'Another.', null, 'One fault.']) {
        clock.now += 1_000
        startedAt.push(clock.now)
        await settle(
          leased,
          message === null ? failedReport(500) : notSentReport(clock.now, message),
          decisions,
        )
        const { claims } = await commit({ claims: [claimOf(webhook)] })
        leased = claims[0]!.leased[0]!
      }
      expect(before).toEqual([0, 1, 2, 0, 0])
      const attempts = await store.deliveries.attempts(organization.id, leased.delivery.id)
      expect(attempts).toMatchObject([
        {
          number: 1,
          startedAt: startedAt[0],
          error: { message: 'Another.' },
          repeats: 2,
          repeatedAt: startedAt[2],
        },
        { number: 2, statusCode: 500, repeats: 0, repeatedAt: null },
        { number: 3, startedAt: startedAt[4], error: { code: 'not_sent' }, repeats: 0, repeatedAt: null },
      ])
      expect(await deliveryNow(the(), leased)).toMatchObject({ attemptCount: 3, lastError: 'One fault.' })
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
          delivery: { state: 'pending', tries: 1, dueAt, endedAt: null },
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
}
