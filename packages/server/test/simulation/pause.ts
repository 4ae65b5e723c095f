import type { Clock } from '../../src/core/clock.ts'

/**
 * Time that an answer takes on its way, or what stands for it: a test may decide itself which of several comes next.
 * `what` names it in a trace.
 */
export type Pause = (delayMs: number, what: string) => Promise<void>

export function pauseOn(clock: Clock): Pause {
  return (delayMs) =>
    delayMs <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(delayMs, resolve))
}
