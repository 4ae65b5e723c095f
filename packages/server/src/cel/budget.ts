import type { Clock } from '../core/clock.ts'

/** What one evaluation may spend; there is one at a time. */
export interface Budget {
  /** From now on, for `timeoutMs`. */
  begin(timeoutMs: number): void
  /** Throws once the time is up. */
  spendStep(): void
  /** For what would grow beyond its bound: throws. */
  exceed(what: string): never
  /** Whether a limit was met since the budget began. */
  readonly exceeded: boolean
}

export function createBudget(clock: Clock): Budget {
  let deadline = 0
  let exceeded = false

  function exceed(what: string): never {
    exceeded = true
    throw new Error(what)
  }

  return {
    begin(timeoutMs) {
      deadline = clock.monotonic() + timeoutMs
      exceeded = false
    },
    spendStep() {
      if (clock.monotonic() > deadline) exceed('it takes too long')
    },
    exceed,
    get exceeded() {
      return exceeded
    },
  }
}
