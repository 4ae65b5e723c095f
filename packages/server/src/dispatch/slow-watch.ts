import type { Clock, Timer } from '../core/clock.ts'
import type { Lane } from './lane.ts'
import { PACING } from './pacing.ts'

/** An attempt in flight. Those that are not overdue stand in one line, in the order of their starts. */
export interface Started {
  readonly lane: Lane
  /** Monotonic milliseconds. */
  readonly startedAt: number
  /** In flight for longer than `PACING.slowAfterMs`. */
  overdue: boolean
  older: Started | null
  newer: Started | null
}

/** Tells of attempts that have been in flight for too long, with one timer however many there are. */
export interface SlowWatch {
  started(lane: Lane): Started
  ended(attempt: Started): void
  /** Tells nothing more. */
  stop(): void
}

export function createSlowWatch(clock: Clock, onOverdue: (attempts: Started[]) => void): SlowWatch {
  let oldest: Started | null = null
  let newest: Started | null = null
  let timer: Timer | null = null
  let stopped = false

  function arm(): void {
    if (timer !== null || oldest === null || stopped) return
    const waitMs = oldest.startedAt + PACING.slowAfterMs - clock.monotonic()
    // In whole milliseconds, as timers are kept: never a moment too early.
    timer = clock.after(Math.max(0, Math.ceil(waitMs)), look)
  }

  function look(): void {
    timer = null
    const overdueFrom = clock.monotonic() - PACING.slowAfterMs
    const overdue: Started[] = []
    while (oldest !== null && oldest.startedAt <= overdueFrom) {
      const attempt = oldest
      leave(attempt)
      attempt.overdue = true
      overdue.push(attempt)
    }
    arm()
    if (overdue.length > 0) onOverdue(overdue)
  }

  function leave(attempt: Started): void {
    if (attempt.older === null) oldest = attempt.newer
    else attempt.older.newer = attempt.newer
    if (attempt.newer === null) newest = attempt.older
    else attempt.newer.older = attempt.older
  }

  return {
    started(lane) {
      const attempt: Started = {
        lane,
        startedAt: clock.monotonic(),
        overdue: false,
        older: newest,
        newer: null,
      }
      if (newest === null) oldest = attempt
      else newest.newer = attempt
      newest = attempt
      // The timer is left to fire when the attempt it was set for ends: it then looks at the one that is oldest now.
      arm()
      return attempt
    },
    ended(attempt) {
      if (!attempt.overdue) leave(attempt)
    },
    stop() {
      timer?.cancel()
      timer = null
      stopped = true
    },
  }
}
