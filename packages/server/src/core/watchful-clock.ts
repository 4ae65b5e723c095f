import type { Clock } from './clock.ts'
import { LIMITS } from './limits.ts'

/** A clock that notices when the process stood still. */
export interface WatchfulClock extends Clock {
  /** Whether the process stood still at some time after `time`, monotonic milliseconds, as far as its timers have shown by now. */
  stoodStillSince(time: number): boolean
}

/**
 * A process may stand still: it is stopped and continued, its machine sleeps, its virtual machine is moved. When it goes on, whatever
 * was due meanwhile is due at once, and nobody has looked at a socket for as long. It shows in one of two ways, each from
 * `LIMITS.standstillMsMin` on:
 *
 * - a timer comes so much later than it was set for: no work of ours holds up the event loop for so long;
 * - the wall clock is so far ahead of the monotonic one, which does not count the time that a machine sleeps. A wall clock that is
 *   set forward looks the same, and whoever fails just then is not charged either.
 */
export function createWatchfulClock(clock: Clock): WatchfulClock {
  let wentOnAt = Number.NEGATIVE_INFINITY
  /** The wall clock's lead, at the last look. */
  let lead = clock.now() - clock.monotonic()

  function look(dueAt: number): void {
    const monotonic = clock.monotonic()
    const leadBefore = lead
    lead = clock.now() - monotonic
    const stoodMs = Math.max(monotonic - dueAt, lead - leadBefore)
    if (stoodMs >= LIMITS.standstillMsMin) wentOnAt = monotonic
  }

  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after(delayMs, action) {
      const dueAt = clock.monotonic() + delayMs
      return clock.after(delayMs, () => {
        look(dueAt)
        action()
      })
    },
    stoodStillSince: (time) => wentOnAt > time,
  }
}
