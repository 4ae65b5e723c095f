import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  failedReport,
  goneReport,
  sampleDelivery,
  sampleReport,
  sampleWebhook,
} from '../../test/support/samples.ts'
import { START_MS } from '../../test/support/virtual-clock.ts'
import type { Delivery } from '../core/delivery.ts'
import { canMove } from '../core/delivery.ts'
import { LIMITS } from '../core/limits.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time.ts'
import type { Webhook } from '../core/webhook.ts'
import { notSentReport } from '../core/attempt.ts'
import type { SettleFacts } from '../store/work.ts'
import { settle } from './settle.ts'

const NOW = START_MS + 1_000

function facts(fields: Partial<SettleFacts> = {}): SettleFacts {
  const outcome = fields.outcome ?? 'failed'
  const report = outcome === 'failed' ? failedReport() : outcome === 'delivered' ? sampleReport() : null
  return {
    delivery: sampleDelivery(),
    webhook: sampleWebhook(),
    outcome,
    report,
    sentTo: null,
    unknownBefore: 0,
    notSentBefore: 0,
    now: NOW,
    ...fields,
  }
}

/** Settles `outcomes` one after another on one delivery, as the store would. */
function play(
  webhook: Webhook,
  outcomes: readonly ('delivered' | 'failed')[],
): { delivery: Delivery; webhook: Webhook } {
  let state = { delivery: sampleDelivery(), webhook }
  for (const outcome of outcomes) {
    const settlement = settle(facts({ ...state, outcome }), 0)
    state = {
      delivery: { ...state.delivery, ...settlement.delivery },
      webhook: { ...state.webhook, ...settlement.webhook },
    }
  }
  return state
}

describe('an acknowledged attempt', () => {
  it('delivers and wipes the streak', () => {
    const webhook = sampleWebhook({
      failureCount: 4,
      exhaustedInStreak: true,
      health: 'failing',
      lastError: 'no',
    })
    const settlement = settle(facts({ outcome: 'delivered', webhook }), 0)
    expect(settlement).toEqual({
      delivery: { state: 'delivered', tries: 1, dueAt: null, endedAt: NOW },
      webhook: {
        status: 'active',
        health: 'healthy',
        failureCount: 0,
        exhaustedInStreak: false,
        lastError: null,
        lastTriggeredAt: START_MS,
        pausedUntil: null,
      },
      holdPending: false,
    })
  })

  it('leaves the webhook alone when it says nothing new', () => {
    const webhook = sampleWebhook({ lastTriggeredAt: START_MS - 500 })
    expect(settle(facts({ outcome: 'delivered', webhook }), 0).webhook).toBeNull()
  })
})

describe('a failed attempt', () => {
  it('is followed by retries after 1, 5, 30 and 60 minutes, later by at most a tenth', () => {
    const waits = [0, 1, 2, 3].map((tries) => {
      const base = facts({ delivery: sampleDelivery({ tries }) })
      const endedAt = START_MS + 20
      return [0, 0.999].map((jitter) => (settle(base, jitter).delivery.dueAt ?? 0) - endedAt)
    })
    const minutes = [1, 5, 30, 60]
    waits.forEach(([least, most], index) => {
      const waitMs = (minutes[index] ?? 0) * MINUTE_MS
      expect(least).toBe(waitMs)
      expect(most).toBeGreaterThan(waitMs * 1.09)
      expect(most).toBeLessThanOrEqual(waitMs * 1.1)
    })
  })

  it('is followed by its wait from its end, and making the connection is before that', () => {
    const report = failedReport({ startedAt: START_MS, durationMs: 20, elapsedMs: 9_020 })
    expect(settle(facts({ report }), 0).delivery.dueAt).toBe(START_MS + 9_020 + MINUTE_MS)
  })

  it('is the last when the schedule is used up', () => {
    const settlement = settle(facts({ delivery: sampleDelivery({ tries: 4 }) }), 0)
    expect(settlement.delivery).toEqual({
      state: 'exhausted',
      tries: 5,
      dueAt: null,
      endedAt: NOW,
    })
  })

  it('turns health to failing at the third in a row', () => {
    const health = (failures: number) =>
      play(
        sampleWebhook(),
        Array.from({ length: failures }, () => 'failed' as const),
      ).webhook.health
    expect([health(2), health(3)]).toEqual(['healthy', 'failing'])
  })

  it('says 410 Gone: the webhook stops at once and the event is held', () => {
    const settlement = settle(facts({ report: goneReport() }), 0)
    expect(settlement.webhook?.status).toBe('disabled_gone')
    expect(settlement.delivery.state).toBe('held')
    expect(settlement.holdPending).toBe(true)
  })

  it('that a mail server gives the number 410 is tried again like any other', () => {
    const error = { code: 'smtp_try_later', message: 'The mail server does not take the message now (410).' }
    const settlement = settle(facts({ report: failedReport({ statusCode: 410, error }) }), 0)
    expect(settlement.webhook?.status).toBe('active')
    expect(settlement.delivery.state).toBe('pending')
  })
})

describe('auto-disable', () => {
  it('comes with the fifth attempt of one event to a dead endpoint, not before', () => {
    const four = play(sampleWebhook(), ['failed', 'failed', 'failed', 'failed'])
    expect(four.webhook).toMatchObject({ status: 'active', failureCount: 4 })
    const five = play(sampleWebhook(), ['failed', 'failed', 'failed', 'failed', 'failed'])
    expect(five.webhook).toMatchObject({
      status: 'disabled_too_many_failures',
      failureCount: 5,
      lastError: 'Your server answered 500.',
    })
    expect(five.delivery.state).toBe('exhausted')
  })

  it('comes with the fifth event when there are no retries', () => {
    let webhook = sampleWebhook({ retrySchedule: [] })
    const statuses: string[] = []
    for (let event = 0; event < 5; event++) {
      webhook = play(webhook, ['failed']).webhook
      statuses.push(webhook.status)
    }
    expect(statuses).toEqual(['active', 'active', 'active', 'active', 'disabled_too_many_failures'])
  })

  it('never comes from a blip under load: many first attempts fail, none is used up', () => {
    let webhook = sampleWebhook()
    for (let event = 0; event < 50; event++) webhook = play(webhook, ['failed']).webhook
    expect(webhook).toMatchObject({ status: 'active', failureCount: 50, health: 'failing' })
  })

  it('forgets an exhausted delivery once another is acknowledged', () => {
    const webhook = sampleWebhook({ retrySchedule: [] })
    const after = [
      'failed',
      'failed',
      'failed',
      'failed',
      'delivered',
      'failed',
      'failed',
      'failed',
      'failed',
    ] as const
    const last = after.reduce((state, outcome) => play(state, [outcome]).webhook, webhook)
    expect(last).toMatchObject({ status: 'active', failureCount: 4 })
  })

  it('is off at 0', () => {
    let webhook = sampleWebhook({ retrySchedule: [], disableAfter: 0 })
    for (let event = 0; event < 20; event++) webhook = play(webhook, ['failed']).webhook
    expect(webhook).toMatchObject({ status: 'active', failureCount: 20 })
  })
})

describe('an attempt that a crash cut off', () => {
  it('is due again at once, in the same place of the schedule, and counts against nobody', () => {
    const settlement = settle(facts({ outcome: 'unknown', report: null }), 0)
    expect(settlement).toEqual({
      delivery: { state: 'pending', tries: 0, dueAt: NOW, endedAt: null },
      webhook: null,
      holdPending: false,
    })
  })

  it('waits longer and longer once it has happened too often, and is never given up for it', () => {
    const webhook = sampleWebhook({ retrySchedule: [] })
    const waits = [0, 1, 2, 10, 1_000].map((beyond) => {
      const unknownBefore = LIMITS.unknownAttemptsFree + beyond
      const { delivery } = settle(facts({ outcome: 'unknown', report: null, unknownBefore, webhook }), 0)
      expect(delivery).toMatchObject({ state: 'pending', tries: 0 })
      return (delivery.dueAt ?? 0) - NOW
    })
    expect(waits).toEqual([MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS, HOUR_MS, HOUR_MS])
  })
})

describe('an attempt that was not sent', () => {
  it('is tried again after a second, in the same place of the schedule, and counts against nobody', () => {
    const report = notSentReport(NOW, 'A sealed secret does not open.')
    const webhook = sampleWebhook({ retrySchedule: [], disableAfter: 1 })
    const dueAt = NOW + LIMITS.notSentWaitMsMin
    expect(settle(facts({ report, webhook }), 0)).toEqual({
      delivery: { state: 'pending', tries: 0, dueAt, endedAt: null },
      webhook: null,
      holdPending: false,
    })
  })

  it('waits twice as long each time, up to a minute', () => {
    const report = notSentReport(NOW, 'A sealed secret does not open.')
    const waits = [0, 1, 2, 5, 6, 10_000].map(
      (notSentBefore) => (settle(facts({ report, notSentBefore }), 0).delivery.dueAt ?? 0) - NOW,
    )
    expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, MINUTE_MS, MINUTE_MS])
  })

  it('ends a test', () => {
    const report = notSentReport(NOW, 'The server stops.')
    const delivery = sampleDelivery({ kind: 'test' })
    expect(settle(facts({ report, delivery }), 0).delivery).toMatchObject({ state: 'exhausted', tries: 1 })
  })
})

describe('a webhook that was stopped while the request was in flight', () => {
  it('holds what failed and delivers what was acknowledged', () => {
    const webhook = sampleWebhook({ status: 'disabled' })
    const delivery = sampleDelivery({ state: 'held' })
    expect(settle(facts({ webhook, delivery }), 0).delivery.state).toBe('held')
    expect(settle(facts({ webhook, delivery, outcome: 'delivered' }), 0).delivery.state).toBe('delivered')
    expect(settle(facts({ webhook, delivery, outcome: 'delivered' }), 0).webhook?.status).toBe('disabled')
  })

  it('leaves a cancelled delivery cancelled and a deleted webhook untouched', () => {
    const webhook = sampleWebhook({ status: 'disabled', deletedAt: START_MS })
    const settlement = settle(
      facts({ webhook, delivery: sampleDelivery({ state: 'cancelled', endedAt: 7 }) }),
      0,
    )
    expect(settlement.delivery).toEqual({
      state: 'cancelled',
      tries: 1,
      dueAt: null,
      endedAt: 7,
    })
    expect(settlement.webhook).toBeNull()
  })
})

describe('a test', () => {
  it('is made once and changes nothing about its webhook', () => {
    const delivery = sampleDelivery({ kind: 'test' })
    const failed = settle(facts({ delivery }), 0)
    expect(failed.delivery.state).toBe('exhausted')
    expect(failed.webhook).toBeNull()
    expect(settle(facts({ delivery, outcome: 'delivered' }), 0).delivery.state).toBe('delivered')
    expect(settle(facts({ delivery, outcome: 'unknown', report: null }), 0).delivery.state).toBe('exhausted')
  })
})

describe('a delivery that sends another again', () => {
  it('has the whole schedule, and counts for the webhook as any other does', () => {
    const webhook = sampleWebhook({ retrySchedule: [60], disableAfter: 0, failureCount: 2 })
    let delivery: Delivery = sampleDelivery({ resendOf: 'dlv_0', tries: 0 })
    const first = settle(facts({ delivery, webhook }), 0)
    expect(first.webhook).toMatchObject({ failureCount: 3, health: 'failing' })
    delivery = { ...delivery, ...first.delivery }
    expect(delivery).toMatchObject({ state: 'pending', tries: 1, resendOf: 'dlv_0' })
    delivery = { ...delivery, ...settle(facts({ delivery, webhook }), 0).delivery }
    expect(delivery).toMatchObject({ state: 'exhausted', tries: 2 })
  })
})

describe('a pause that the receiver asked for', () => {
  const asking = (retryAfterMs: number, fields: Partial<Parameters<typeof failedReport>[0]> = {}) =>
    failedReport({ statusCode: 503, retryAfterMs, ...fields })
  const paused = (fields: Partial<Webhook> = {}) => sampleWebhook({ pausedUntil: NOW + HOUR_MS, ...fields })

  it('is the latest time that was asked for, a day at most', () => {
    const until = (retryAfterMs: number, webhook = sampleWebhook()) =>
      settle(facts({ webhook, report: asking(retryAfterMs) }), 0).webhook?.pausedUntil
    expect(until(HOUR_MS)).toBe(START_MS + 20 + HOUR_MS)
    expect(until(90 * DAY_MS)).toBe(START_MS + 20 + DAY_MS)
    expect(until(MINUTE_MS, paused())).toBe(NOW + HOUR_MS)
    expect(until(2 * HOUR_MS, paused())).toBe(START_MS + 20 + 2 * HOUR_MS)
    expect(until(MINUTE_MS, paused({ pausedUntil: START_MS - 1 }))).toBe(START_MS + 20 + MINUTE_MS)
  })

  it('begins when the answer came, however long it took to make the connection', () => {
    const report = asking(HOUR_MS, { elapsedMs: 9_020 })
    expect(settle(facts({ report }), 0).webhook?.pausedUntil).toBe(START_MS + 9_020 + HOUR_MS)
  })

  it('outlasts an acknowledgement, and any failure that asks for nothing', () => {
    const webhook = paused({ failureCount: 2 })
    for (const outcome of ['delivered', 'failed'] as const) {
      expect(settle(facts({ webhook, outcome }), 0).webhook?.pausedUntil).toBe(webhook.pausedUntil)
    }
  })

  it('begins with an attempt that counts, and while it lasts none does', () => {
    const one = settle(facts({ report: asking(HOUR_MS) }), 0)
    expect(one.webhook).toMatchObject({ failureCount: 1 })
    expect(one.delivery).toMatchObject({ state: 'pending', tries: 1, dueAt: START_MS + 20 + MINUTE_MS })
    const webhook = paused({ failureCount: 4, exhaustedInStreak: false, disableAfter: 5 })
    const last = facts({ webhook, delivery: sampleDelivery({ tries: 4 }), report: asking(HOUR_MS) })
    expect(settle(last, 0)).toMatchObject({
      delivery: { state: 'exhausted', tries: 5 },
      webhook: { status: 'active', failureCount: 4, exhaustedInStreak: false },
    })
    const late = failedReport({ startedAt: NOW + HOUR_MS, durationMs: 20 })
    expect(settle(facts({ webhook, report: late }), 0).webhook?.failureCount).toBe(5)
  })

  it('does not keep a receiver from saying that it is gone', () => {
    expect(settle(facts({ webhook: paused(), report: goneReport() }), 0).webhook?.status).toBe(
      'disabled_gone',
    )
  })

  it('is not asked for by what the webhook led to before, nor by a test', () => {
    const report = asking(HOUR_MS)
    const elsewhere = settle(facts({ report, sentTo: 'https://old.example.com/hooks' }), 0)
    expect(elsewhere.webhook?.pausedUntil).toBeNull()
    const there = settle(facts({ report, sentTo: sampleWebhook().url }), 0)
    expect(there.webhook?.pausedUntil).toBe(START_MS + 20 + HOUR_MS)
    expect(settle(facts({ report, delivery: sampleDelivery({ kind: 'test' }) }), 0).webhook).toBeNull()
  })
})

describe('any outcome', () => {
  it('moves a delivery only where the state machine allows, and never plans what has ended', () => {
    const anyFacts = fc.record({
      state: fc.constantFrom('pending' as const, 'held' as const, 'cancelled' as const),
      outcome: fc.constantFrom('delivered' as const, 'failed' as const, 'unknown' as const),
      kind: fc.constantFrom('auto' as const, 'test' as const),
      status: fc.constantFrom('active' as const, 'paused' as const, 'disabled_gone' as const),
      failure: fc.constantFrom(failedReport(), failedReport({ statusCode: 429 }), goneReport()),
      schedule: fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 20 }),
      tries: fc.nat(20),
      failureCount: fc.nat(30),
      unknownBefore: fc.nat(10),
      jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(anyFacts, (given) => {
        const delivery = sampleDelivery({ state: given.state, kind: given.kind, tries: given.tries })
        const webhook = sampleWebhook({
          status: given.status,
          retrySchedule: given.schedule,
          failureCount: given.failureCount,
        })
        const report = given.outcome === 'unknown' ? null : given.failure
        const { delivery: next, holdPending } = settle(
          facts({ delivery, webhook, outcome: given.outcome, report, unknownBefore: given.unknownBefore }),
          given.jitter,
        )
        expect(canMove(given.state, next.state)).toBe(true)
        expect(next.dueAt !== null).toBe(next.state === 'pending')
        expect(next.state === 'pending' && given.status !== 'active').toBe(false)
        expect(holdPending && next.state === 'pending').toBe(false)
        expect(next.tries - given.tries).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
