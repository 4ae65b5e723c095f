import type { Clock } from '../../src/core/clock.ts'

/** A clock whose timers go off when the test says so, however long real sockets take meanwhile. */
export interface HandClock extends Clock {
  /** Lets `delayMs` pass and sets off the timers that are due, in their order. */
  pass(delayMs: number): void
  /** The delays of the timers that wait, as they were asked for. */
  waiting(): number[]
}

export function createHandClock(startMs = Date.now()): HandClock {
  let elapsedMs = 0
  const timers = new Set<{ dueMs: number; delayMs: number; action: () => void }>()

  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    after(delayMs, action) {
      const timer = { dueMs: elapsedMs + delayMs, delayMs, action }
      timers.add(timer)
      return { cancel: () => void timers.delete(timer) }
    },
    pass(delayMs) {
      elapsedMs += delayMs
      const due = [...timers].filter(({ dueMs }) => dueMs <= elapsedMs).sort((a, b) => a.dueMs - b.dueMs)
      for (const timer of due) if (timers.delete(timer)) timer.action()
    },
    waiting: () => [...timers].map(({ delayMs }) => delayMs),
  }
}
