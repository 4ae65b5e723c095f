import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateLimit } from '../core/webhook.ts'
import { nextStartAt, RECENT_ENTRIES_MAX, recordEnd, startsBy, type RecentEnds } from './rate-limit.ts'

interface Attempt {
  startedAt: number
  endedAt: number
  /** When the receiver had it: at any time between the two. */
  reachedAt: number
}

interface Receiver {
  inFlightMax: number
  /** Attempts take these times in turn, milliseconds, and reach the receiver after this share of it. */
  attempts: readonly { tookMs: number; share: number }[]
}

/** Starts an attempt whenever it may, for `forMs`, with the limit that holds at the moment. */
function play(limitAt: (time: number) => RateLimit, receiver: Receiver, forMs: number): Attempt[] {
  const recent: RecentEnds = []
  const made: Attempt[] = []
  const inFlight: Attempt[] = []
  let now = 0
  while (now < forMs) {
    while (inFlight[0] !== undefined && inFlight[0].endedAt <= now) {
      inFlight.shift()
      recordEnd(recent, limitAt(now), now)
    }
    const startAt = nextStartAt(recent, limitAt(now), inFlight.length, now)
    if (startAt <= now && inFlight.length < receiver.inFlightMax) {
      const { tookMs, share } = receiver.attempts[made.length % receiver.attempts.length]!
      const attempt = { startedAt: now, endedAt: now + tookMs, reachedAt: now + tookMs * share }
      made.push(attempt)
      inFlight.push(attempt)
      inFlight.sort((a, b) => a.endedAt - b.endedAt)
    } else {
      const full = inFlight.length >= receiver.inFlightMax
      now = Math.min(full ? Infinity : startAt, inFlight[0]?.endedAt ?? Infinity)
    }
  }
  return made
}

/** The shortest time in which the receiver had `count` of them. */
function shortestSpanOf(attempts: readonly Attempt[], count: number): number {
  const times = attempts.map(({ reachedAt }) => reachedAt).sort((a, b) => a - b)
  return Math.min(...times.slice(count - 1).map((time, index) => time - times[index]!))
}

const limits = fc.record({
  requests: fc.integer({ min: 1, max: 300 }),
  seconds: fc.integer({ min: 1, max: 30 }),
})
const receivers = fc.record({
  inFlightMax: fc.integer({ min: 1, max: 40 }),
  attempts: fc.array(fc.record({ tookMs: fc.nat(3_000), share: fc.float({ min: 0, max: 1, noNaN: true }) }), {
    minLength: 1,
    maxLength: 20,
  }),
})

describe('a rate limit', () => {
  it('never lets the receiver have more than its requests in any of its windows', () => {
    fc.assert(
      fc.property(limits, receivers, (limit, receiver) => {
        const attempts = play(() => limit, receiver, 5 * limit.seconds * 1_000)
        // One more than allowed, in no less than the whole window (but for the rounding of floating point).
        expect(shortestSpanOf(attempts, limit.requests + 1)).toBeGreaterThanOrEqual(
          limit.seconds * 1_000 - 0.001,
        )
      }),
    )
  })

  it('lets a burst go at once, and what it promises over time', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        const receiver = { inFlightMax: 1_000, attempts: [{ tookMs: 1, share: 0 }] }
        const attempts = play(() => limit, receiver, 10 * limit.seconds * 1_000)
        expect(attempts.slice(0, limit.requests).every(({ startedAt }) => startedAt === 0)).toBe(true)
        expect(attempts.length).toBeGreaterThanOrEqual(9 * limit.requests)
      }),
    )
  })

  it('follows a change: from then on the new one holds for every window that begins later', () => {
    fc.assert(
      fc.property(limits, limits, receivers, fc.nat(20_000), (before, after, receiver, changedAt) => {
        const limitAt = (time: number) => (time < changedAt ? before : after)
        const attempts = play(limitAt, receiver, changedAt + 3 * after.seconds * 1_000)
        const later = attempts.filter(({ startedAt }) => startedAt >= changedAt)
        expect(shortestSpanOf(later, after.requests + 1)).toBeGreaterThanOrEqual(
          after.seconds * 1_000 - 0.001,
        )
      }),
    )
  })

  it('keeps little, however many requests it allows', () => {
    const recent: RecentEnds = []
    const limit = { requests: 10_000, seconds: 3_600 }
    for (let time = 0; time < 9_000; time++) recordEnd(recent, limit, time)
    expect(recent.length).toBeLessThanOrEqual(RECENT_ENTRIES_MAX)
    expect(startsBy(recent, limit, 500, 9_000)).toBe(500)
    expect(nextStartAt(recent, limit, 1_000, 9_000)).toBeGreaterThan(3_600_000)
  })

  it('does not know when the next may start while all that is allowed is in flight', () => {
    expect(nextStartAt([], { requests: 3, seconds: 1 }, 3, 0)).toBe(Infinity)
    expect(nextStartAt([], { requests: 3, seconds: 1 }, 2, 0)).toBe(0)
  })
})
