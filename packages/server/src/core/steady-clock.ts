import type { Clock } from './clock.ts'
import { DAY_MS } from './time.ts'

/** Of the time that passes, the share by which a steady clock that is ahead lets the wall clock catch up. */
const SLEW_SHARE = 1 / 16

/** A wall clock that was further ahead than this was wrong, and nothing goes on where it was. */
const AHEAD_MS_MAX = DAY_MS

export interface SteadyClock extends Clock {
  /**
   * Goes on where another process was, at a time that it wrote down: the wall clock may have been set back while that ran, and
   * what is due now by its time would otherwise have to wait. Does nothing when the wall clock is level with that.
   */
  goOnFrom(time: number): void
}

/**
 * A clock whose `now` never steps back. What is due is written down in wall-clock time; were the wall clock set back by
 * an hour, everything due now would be due in an hour, and a retry planned for a minute from then would overtake it.
 * So this one follows the wall clock forward, and after a step back goes on from where it was, a sixteenth slower than
 * time itself until the wall clock is level with it again: an hour is worn off in 16 hours, and no wait becomes longer
 * by more than a fifteenth.
 *
 * For what is planned and stamped by the engine. What another machine compares with its own clock, such as the time of a
 * signature, must bear the wall clock's.
 */
export function createSteadyClock(clock: Clock): SteadyClock {
  let readAt = clock.monotonic()
  /** What to add to the monotonic clock. */
  let offset = clock.now() - readAt

  return {
    now() {
      const monotonic = clock.monotonic()
      const wall = clock.now()
      offset = Math.max(wall - monotonic, offset - (monotonic - readAt) * SLEW_SHARE)
      readAt = monotonic
      return Math.max(wall, Math.floor(offset + monotonic))
    },
    goOnFrom(time) {
      const isPlausible = time - clock.now() <= AHEAD_MS_MAX
      if (isPlausible) offset = Math.max(offset, time - clock.monotonic())
    },
    monotonic: () => clock.monotonic(),
    after: (delayMs, action) => clock.after(delayMs, action),
  }
}
