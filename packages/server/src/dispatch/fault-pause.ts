import { LIMITS } from '../core/limits.ts'
import type { OwnFault, OwnFaultCode } from '../core/own-fault.ts'

export interface Attempted {
  /** Monotonic milliseconds. */
  readonly startedAt: number
}

/** Nothing starts before `until`, and then one attempt at a time. */
export interface FaultPause {
  /** Monotonic milliseconds. */
  readonly until: number
  /** In a row. */
  readonly faults: number
  readonly code: OwnFaultCode
}

/** One that was under way when the pause began says nothing that is not known: neither that it goes on nor that it is over. */
export function isAfter({ startedAt }: Attempted, { until }: FaultPause): boolean {
  return startedAt >= until
}

/** The pause after a fault: a second, then twice as long each time, up to a minute. */
export function pauseAfter(
  before: FaultPause | null,
  attempt: Attempted,
  { code }: OwnFault,
  now: number,
): FaultPause {
  if (before !== null && !isAfter(attempt, before)) return before
  const { notSentWaitMsMin, notSentWaitMsMax } = LIMITS
  const faults = (before?.faults ?? 0) + 1
  return { code, faults, until: now + Math.min(notSentWaitMsMin * 2 ** (faults - 1), notSentWaitMsMax) }
}
