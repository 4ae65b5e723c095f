import { SECOND_MS } from '../core/time.ts'
import type { Webhook } from '../core/webhook.ts'

/** The figures of fairness; docs/decisions says where each comes from. */
export const PACING = {
  /** A lane is slow as soon as one of its attempts has been in flight for longer. */
  slowAfterMs: 2 * SECOND_MS,
  /** The share of slots that all slow lanes have together, and of memory that all lanes have which cannot move fast. */
  slowShare: 0.25,
  /** Attempts that hang, and so left their slots, beside those in slots: as many as there are slots, but so many at least. */
  overflowMin: 100,
  /** Of slots or memory: the last share of it goes only to lanes that have nothing of it. */
  reservedShare: 0.125,
  /** As long as this share is free beside that, a lane may have all that it is allowed. */
  plentyShare: 0.25,
  /** Attempts that a lane may have in flight before any was acknowledged. */
  allowanceAtFirst: 2,
  /** Failed attempts in a row after which a webhook is probed with one attempt at a time. */
  breakerFailures: 5,
} as const

/**
 * How much of `most` one lane may hold when `free` of the `whole` that all share is left. While there is plenty, all of
 * it; below that in proportion to what is free, so that any number of lanes that take and do not give back leave
 * something for the next one (dynamic thresholds, as in shared-memory switches: Choudhury and Hahne 1998,
 * https://doi.org/10.1109/90.664262). One at least, unless nothing is free.
 */
export function fairShare(most: number, free: number, whole: number): number {
  if (free <= 0) return 0
  const spare = (free / whole - PACING.reservedShare) / PACING.plentyShare
  return spare >= 1 ? most : Math.max(1, Math.floor(1 + (most - 1) * spare))
}

/**
 * The breaker is open: the receiver failed so often in a row that one attempt at a time probes it. The row says so, and
 * so it holds after a restart.
 *
 * There is no wait between probes. Each is a delivery's own attempt, at the time its schedule gives; to put it off would
 * put off its retries and with them the moment at which the webhook is disabled by its owner's rule.
 */
export function isOpen(webhook: Pick<Webhook, 'failureCount'> | null): boolean {
  return webhook !== null && webhook.failureCount >= PACING.breakerFailures
}

/**
 * Slow start: what a lane may have in flight grows by one with each acknowledgement, and so doubles with each round. A
 * receiver that nobody has heard of can hang with few of its requests only. It begins anew when the lane turns slow or
 * the breaker opens.
 */
export function allowanceAfter(allowance: number, delivered: boolean, most: number): number {
  return delivered ? Math.min(allowance + 1, most) : allowance
}
