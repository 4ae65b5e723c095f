import { describe, expect, test } from 'vitest'
import { LIMITS } from '../../core/limits.ts'
import { disable, remove } from '../../core/webhook.ts'
import type { Decisions, SettleFacts } from '../work.ts'
import { okReport, plainDecisions } from './decisions.ts'
import { claimOf, deliveryNow, unitOf } from './world.ts'
import type { Subject } from './world.ts'

export const describeWorkRecover: Subject = (the) => {
  describe('recovering', () => {
    test('a lease becomes an attempt of unknown outcome, and the delivery is due again', async () => {
      const { addWebhook, lease, store, organization, clock, commit } = the()
      const webhook = await addWebhook()
      const leased = await lease()
      const leasedAt = clock.now
      clock.now += 5_000
      expect(await store.work.recover(plainDecisions)).toBe(1)
      expect(await store.deliveries.attempts(organization.id, leased.delivery.id)).toEqual([
        {
          deliveryId: leased.delivery.id,
          number: 1,
          kind: 'auto',
          outcome: 'unknown',
          startedAt: leasedAt,
          durationMs: null,
          sends: null,
          statusCode: null,
          error: null,
          requestHeaders: {},
          requestBody: null,
          responseHeaders: null,
          responseBody: null,
          repeats: 0,
          repeatedAt: null,
        },
      ])
      expect(await deliveryNow(the(), leased)).toMatchObject({
        state: 'pending',
        tries: 0,
        attemptCount: 1,
        dueAt: clock.now,
        leasedAt: null,
      })
      const { claims } = await commit({ claims: [claimOf(webhook)] })
      expect(claims[0]?.leased[0]?.delivery.fence).toBe(2)
    })

    test('settlement is told how many attempts were cut off before, known ones not counted', async () => {
      const { addWebhook, lease, store, commit, clock, settle } = the()
      const webhook = await addWebhook()
      let leased = await lease()
      const told: SettleFacts[] = []
      const settleAndTell = (facts: SettleFacts) => {
        told.push(facts)
        return plainDecisions.settle(facts)
      }
      for (let round = 0; round < 3; round += 1) {
        await store.work.recover({ settle: settleAndTell })
        clock.now += 1
        leased = (await commit({ claims: [claimOf(webhook)] })).claims[0]!.leased[0]!
      }
      await settle(leased, okReport(), { settle: settleAndTell })
      expect(told.map(({ unknownBefore }) => unknownBefore)).toEqual([0, 1, 2, 3])
      expect(told.map(({ outcome, report }) => [outcome, report === null])).toEqual([
        ['unknown', true],
        ['unknown', true],
        ['unknown', true],
        ['delivered', false],
      ])
    })

    test('leases of held and of cancelled deliveries too', async () => {
      const { addWebhook, lease, store, organization, clock, accept } = the()
      const stopped = await addWebhook()
      const onHold = await lease()
      await store.webhooks.change(organization.id, stopped.id, (webhook) => disable(webhook, clock.now))
      const deleted = await addWebhook()
      const cancelled = (await accept()).leased[0]!
      await store.webhooks.change(organization.id, deleted.id, (webhook) => remove(webhook, clock.now))
      expect(await store.work.recover(plainDecisions)).toBe(2)
      expect(await deliveryNow(the(), onHold)).toMatchObject({
        state: 'held',
        leasedAt: null,
        attemptCount: 1,
      })
      expect(await deliveryNow(the(), cancelled)).toMatchObject({
        state: 'cancelled',
        leasedAt: null,
        attemptCount: 1,
      })
    })

    test('more leases than a slice holds, and then none', async () => {
      const { addWebhook, accept, event, store } = the()
      await addWebhook()
      const count = LIMITS.commitRowsMax + 1
      for (const part of [300, count - 300]) await accept(Array.from({ length: part }, () => event()))
      expect(await store.work.recover(plainDecisions)).toBe(count)
      expect(await store.work.recover(plainDecisions)).toBe(0)
    })

    test('one that cannot be settled waits, and keeps neither the others nor the start', async () => {
      const { addWebhook, accept, event, store, organization, clock, claimDue } = the()
      const webhook = await addWebhook()
      const { leased } = await accept([event(), event(), event()])
      const [before, wrong, after] = leased.map(({ delivery }) => delivery)
      const faults: Error[] = []
      const settle: Decisions['settle'] = (facts) => {
        if (facts.delivery.id === wrong!.id) throw new Error('a rule broke')
        return plainDecisions.settle(facts)
      }
      expect(await store.work.recover({ settle }, (fault) => faults.push(fault))).toBe(2)
      expect(faults).toMatchObject([
        {
          message: `the cut-off attempt of ${wrong!.id} could not be settled`,
          cause: { message: 'a rule broke' },
        },
      ])
      for (const { id } of [before!, after!]) {
        expect(await store.deliveries.attempts(organization.id, id)).toMatchObject([{ outcome: 'unknown' }])
      }
      expect(await deliveryNow(the(), { delivery: wrong! })).toMatchObject({
        state: 'pending',
        attemptCount: 0,
        leasedAt: null,
        dueAt: clock.now + LIMITS.faultWaitMs,
      })
      expect(await store.work.recover({ settle })).toBe(0)
      expect((await claimDue(webhook)).leased).toHaveLength(2)
    })

    test('work that nobody held is left alone', async () => {
      const { addWebhook, accept, store, organization } = the()
      await addWebhook()
      await accept(undefined, { admit: () => false })
      expect(await store.work.recover(plainDecisions)).toBe(0)
      const { rows } = await store.deliveries.list(organization.id, {}, { limit: 5, before: null })
      expect(rows).toMatchObject([{ attemptCount: 0, fence: 0 }])
    })
  })

  describe('the last time that the rows tell of', () => {
    test('is when something was accepted, with or without its deliveries, leased or ended', async () => {
      const { addWebhook, accept, claimDue, settle, store, clock } = the()
      const seen = [await store.work.lastTime()]
      const later = async (work: () => Promise<unknown>): Promise<void> => {
        clock.now += 5_000
        await work()
        seen.push((await store.work.lastTime()) - clock.now)
      }
      const webhook = await addWebhook()
      await later(() => accept(undefined, { admit: () => false }))
      const { leased } = await claimDue(webhook)
      await later(() => settle(leased[0]!, okReport({ startedAt: clock.now, durationMs: 0 })))
      await later(() => accept(Array.from({ length: LIMITS.deliveriesAtOnceMax + 1 }, the().event)))
      await the().bearAll()
      await later(() => claimDue(webhook))
      expect(seen).toEqual([0, 0, 0, 0, 0])
    })

    test('is that of an engine whose clock was ahead of the one that the next one reads', async () => {
      const { addWebhook, event, commit, store, clock } = the()
      await addWebhook()
      const ahead = clock.now + 60_000
      await commit({ accepts: [unitOf({ events: [event()] })], now: ahead })
      expect(await store.work.lastTime()).toBe(ahead)
    })
  })
}
