import type { Clock } from '../../src/core/clock.ts'
import type { Random } from '../../src/core/random.ts'

/** Time that passes only when a test says so. */
export interface VirtualClock extends Clock {
  /** Runs what is due up to `ms` later, in order, letting promises settle between the timers. */
  advance(ms: number): Promise<void>
  /** Lets promises settle; no time passes. */
  settle(): Promise<void>
}

/** 2025-01-01T00:00:00Z */
export const START_MS = 1_735_689_600_000
/** Turns of the microtask and immediate queues that any chain of ours needs to come to rest. */
const TURNS = 12

export function createVirtualClock(startMs = START_MS): VirtualClock {
  let now = startMs
  let timers: { at: number; order: number; action: () => void }[] = []
  let order = 0

  async function settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    now: () => now,
    monotonic: () => now - startMs,
    after(delayMs, action) {
      const timer = { at: now + Math.max(0, delayMs), order: order++, action }
      timers.push(timer)
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) }
    },
    settle,
    async advance(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        const next = timers
          .filter((timer) => timer.at <= until)
          .sort((a, b) => a.at - b.at || a.order - b.order)[0]
        if (next === undefined) break
        timers = timers.filter((timer) => timer !== next)
        now = Math.max(now, next.at)
        next.action()
        await settle()
      }
      now = until
    },
  }
}

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    fraction,
    bytes: (length) => Buffer.from(Array.from({ length }, () => Math.floor(fraction() * 256))),
  }
}
