import type { Clock } from './clock.ts'
import { LIMITS } from './limits.ts'

/** A clock that notices when the process stood still. */
export interface WatchfulClock extends Clock {
  /** Whether the process stood still at some time after `time`, monotonic milliseconds, as far as its timers have shown by now. */
  stoodStillSince(time: number): boolean
}

/**
 * A process may stand still: it is stopped and continued, its machine sleeps, its virtual machine is moved. When it goes on, whatever
 * was due meanwhile is due at once, and nobody has looked at a socket for as long. A timer that comes much later than it was
 * set for (`LIMITS.standstillMsMin`) shows it: no work of ours holds up the event loop for so long.
 */
export function createWatchfulClock(clock: Clock): WatchfulClock {
  let wentOnAt = Number.NEGATIVE_INFINITY

  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after(delayMs, action) {
      const dueAt = clock.monotonic() + delayMs
      return clock.after(delayMs, () => {
        const now = clock.monotonic()
        if (now - dueAt >= LIMITS.standstillMsMin) wentOnAt = now
        action()
      })
    },
    stoodStillSince: (time) => wentOnAt > time,
  }
}
