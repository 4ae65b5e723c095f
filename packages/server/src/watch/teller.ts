import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'

/**
 * Tells what was put off until the end of a window (damping.ts). What is due, and when, stands in the store: this only
 * looks when the first of it is.
 *
 *   made ──start()──▶ looking ──nothing due──▶ resting ──the time has come, dueAt()──▶ looking          any ──stop()──▶ stopped
 */
export interface Teller {
  start(): void
  /** Something is to be told at `time`, milliseconds. */
  dueAt(time: number): void
  /** Begins nothing more; resolves when what is under way has ended. Safe to call twice. */
  stop(): Promise<void>
}

export interface TellerParts {
  /** Tells a slice of what is due, durably. Answers when the next is to be told, milliseconds; null when nothing is. */
  tellDue: () => Promise<number | null>
  clock: Pick<Clock, 'now' | 'after'>
  onError: (error: unknown, doing: string) => void
}

export function createTeller({ tellDue, clock, onError }: TellerParts): Teller {
  let timer: Timer | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let looking: Promise<void> | null = null
  /** Something was due while a look was under way, which may have come too early to find it. */
  let missed = false
  let stopped = false

  function lookAt(time: number): void {
    if (stopped || time >= timerAt) return
    timer?.cancel()
    timerAt = time
    timer = clock.after(Math.max(0, Math.ceil(time - clock.now())), begin)
  }

  function begin(): void {
    timer = null
    timerAt = Number.POSITIVE_INFINITY
    missed = looking !== null
    looking ??= look().finally(() => {
      looking = null
      if (missed) lookAt(clock.now())
    })
  }

  async function look(): Promise<void> {
    try {
      const nextDueAt = await tellDue()
      if (nextDueAt !== null) lookAt(nextDueAt)
    } catch (error) {
      onError(error, 'telling what was put off')
      lookAt(clock.now() + LIMITS.tellingRetryMs)
    }
  }

  return {
    start: begin,
    dueAt: lookAt,
    async stop() {
      stopped = true
      timer?.cancel()
      await looking
    },
  }
}
