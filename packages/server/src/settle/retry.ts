import { endOfAttempt, type AttemptTimes } from '../core/attempt.ts'
import { LIMITS } from '../core/limits.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'

/**
 * When the next attempt may start, milliseconds: the schedule's wait after the end of the attempt before, longer by up
 * to `LIMITS.retryJitterMax` so that a crowd does not come back in step. What a receiver asks for with `Retry-After` is not
 * part of it: that holds for the whole webhook (`Webhook.pausedUntil`), for as long as its owner lets it.
 *
 * `tries` is how many automatic attempts have been made, so `schedule[tries - 1]` is the wait that follows.
 */
export function retryDueAt(
  schedule: readonly number[],
  tries: number,
  report: AttemptTimes | null,
  now: number,
  jitter: number,
): number {
  const waitMs = (schedule[tries - 1] ?? 0) * SECOND_MS
  return endOf(report, now) + Math.ceil(waitMs * (1 + LIMITS.retryJitterMax * jitter))
}

/** When the attempt ended; `now` when there is no report of it. */
export function endOf(report: AttemptTimes | null, now: number): number {
  return report === null ? now : endOfAttempt(report)
}

/** How long a delivery waits whose attempts a crash cut off so often: not at all, then a minute, doubled up to an hour. */
export function unknownWaitMs(unknownBefore: number): number {
  const beyond = unknownBefore - LIMITS.unknownAttemptsFree
  return beyond < 0 ? 0 : Math.min(MINUTE_MS * 2 ** beyond, HOUR_MS)
}

/**
 * How long a delivery waits after an attempt that was not sent, `notSentBefore` others having come to the same right
 * before it. Short, because a fault of ours is often mended in seconds, and must not cost an hour.
 */
export function notSentWaitMs(notSentBefore: number): number {
  const { notSentWaitMsMin, notSentWaitMsMax } = LIMITS
  return Math.min(notSentWaitMsMin * 2 ** notSentBefore, notSentWaitMsMax)
}
