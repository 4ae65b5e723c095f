import type { Clock, Timer } from '../core/clock.ts'
import { createDueQueue } from './due-queue.ts'

/** Rings for keys when their time has come, with one timer for all of them. */
export interface Alarm<Key> {
  /** Rings for `key` once at `time` or soon after, unless it is to ring earlier anyway. */
  set(key: Key, time: number): void
  stop(): void
}

/** `now` is the clock that the times are on: `clock.now` or `clock.monotonic`. */
export function createAlarm<Key>(
  clock: Pick<Clock, 'after'>,
  now: () => number,
  ring: (key: Key) => void,
): Alarm<Key> {
  const due = createDueQueue<Key>()
  /** The earliest entry of each key in `due`: a later one adds nothing, and must not pile up. */
  const setFor = new Map<Key, number>()
  let timer: Timer | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let stopped = false

  function arm(): void {
    const earliest = due.earliest()
    if (earliest === null || earliest >= timerAt || stopped) return
    timer?.cancel()
    timerAt = earliest
    // In whole milliseconds, as timers are kept: never a moment too early.
    timer = clock.after(Math.max(0, Math.ceil(earliest - now())), wake)
  }

  function wake(): void {
    timer = null
    timerAt = Number.POSITIVE_INFINITY
    const time = now()
    const ringing: Key[] = []
    for (let key = due.takeDue(time); key !== null; key = due.takeDue(time)) {
      // An entry that an earlier one took the place of has nothing to say.
      if ((setFor.get(key) ?? Number.POSITIVE_INFINITY) > time) continue
      setFor.delete(key)
      ringing.push(key)
    }
    for (const key of ringing) ring(key)
    arm()
  }

  return {
    set(key, time) {
      if ((setFor.get(key) ?? Number.POSITIVE_INFINITY) <= time) return
      setFor.set(key, time)
      due.add(time, key)
      arm()
    },
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}
