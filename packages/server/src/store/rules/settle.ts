import type { Attempt, AttemptReport } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { AttemptResult, Decisions, LeaseRelease, ResultOutcome } from '../work.ts'
import { attemptOf } from './attempts.ts'
import { decide } from './decide.ts'
import type { Decided, DecidePort, Outcome } from './decide.ts'
import type { RunPart } from './parts.ts'

/** What recording an attempt reads and writes of an engine whose answers are synchronous. */
export interface SettlePort extends DecidePort {
  delivery(id: string): Delivery | null
  addAttempt(delivery: Delivery, attempt: Attempt): void
  /** Counts one more attempt that came to the same as that one; what the last of them said is shown. */
  repeatAttempt(delivery: Delivery, number: number, report: AttemptReport): void
  /** Writes `after` in place of `before`, unless the stored one differs from `before`; answers whether it did. */
  replaceDelivery(before: Delivery, after: Delivery): boolean
  saveWebhookState(webhook: Webhook): void
  /** Asks for the move `hold`, and begins it. */
  holdPending(webhookId: string, now: number): void
  /** Makes the first of a line due, if it waits for its turn; answers whether it did. */
  unblock(webhookId: string, orderKey: string, now: number): boolean
  /** Ends the lease, without reading what it is of; a planned attempt is put off until `dueAt`. */
  postpone(lease: LeaseRelease, dueAt: number): void
}

/** What a result came to, and the webhook as it was when that changed it. */
export interface Recorded {
  outcome: ResultOutcome
  webhookBefore: Webhook | null
}

/** Records what came of a leased attempt, unless the lease has passed to another or ended. */
export function settleResult(
  port: SettlePort,
  result: AttemptResult,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
  runPart: RunPart,
): Recorded {
  return runPart<Recorded>(
    () => {
      const { deliveryId, fence } = result
      const recorded = recordAsLeased(port, result, decisions, now)
      if (recorded !== null) return recorded
      const delivery = port.delivery(deliveryId)
      if (delivery?.leasedAt == null || delivery.fence !== fence) {
        return { outcome: { stale: true }, webhookBefore: null }
      }
      return recordStored(port, delivery, result, decisions, now)
    },
    (error) => {
      port.postpone(result, now + LIMITS.faultWaitMs)
      return { outcome: { stale: true, error }, webhookBefore: null }
    },
  )
}

/** Null when the delivery has to be read. */
function recordAsLeased(
  port: SettlePort,
  result: AttemptResult,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): Recorded | null {
  const { deliveryId, fence, leased } = result
  if (leased?.id !== deliveryId || leased.fence !== fence || leased.leasedAt === null) return null
  let decided: Decided
  try {
    decided = decide(port, leased, result, decisions, now)
  } catch {
    // It may have changed since. What breaks on the delivery as it is now breaks once more.
    return null
  }
  return write(port, leased, result.report, decided, now)
}

/**
 * Records that attempts may have been under way when the server stopped. Answers what went wrong: one that cannot be
 * settled must not keep the server from starting.
 */
export function settleCutOff(
  port: SettlePort,
  leases: readonly LeaseRelease[],
  decisions: Pick<Decisions, 'settle'>,
  now: number,
  runPart: RunPart,
): Error[] {
  return leases.flatMap((lease) =>
    runPart<Error[]>(
      () => {
        // Read one by one: an earlier one may have stopped the webhook and held this one.
        const delivery = port.delivery(lease.deliveryId)
        if (delivery !== null) recordStored(port, delivery, { report: null }, decisions, now)
        return []
      },
      (cause) => {
        port.postpone(lease, now + LIMITS.faultWaitMs)
        return [new Error(`the cut-off attempt of ${lease.deliveryId} could not be settled`, { cause })]
      },
    ),
  )
}

function recordStored(
  port: SettlePort,
  stored: Delivery,
  outcome: Outcome,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): Recorded {
  const decided = decide(port, stored, outcome, decisions, now)
  const recorded = write(port, stored, outcome.report, decided, now)
  if (recorded === null) throw new Error(`delivery ${stored.id} changed while it was settled`)
  return recorded
}

/** Null, and nothing is written, when the stored delivery is not as `before`. */
function write(
  port: SettlePort,
  before: Delivery,
  report: AttemptReport | null,
  { webhook, settlement, after, repeated }: Decided,
  now: number,
): Recorded | null {
  if (!port.replaceDelivery(before, after)) return null
  if (repeated !== null && report !== null) port.repeatAttempt(before, repeated.number, report)
  else port.addAttempt(before, attemptOf(before, report))

  const stopped = settlement.holdPending
  const webhookAfter =
    settlement.webhook === null
      ? webhook
      : { ...webhook, ...settlement.webhook, revision: webhook.revision + 1 }
  if (settlement.webhook !== null) port.saveWebhookState(webhookAfter)
  if (stopped) port.holdPending(webhook.id, now)
  const { webhookId, orderKey, endedAt } = after
  const unblocked =
    !stopped && endedAt !== null && orderKey !== null && port.unblock(webhookId, orderKey, now)
  return {
    outcome: { stale: false, delivery: after, webhook: webhookAfter, stopped, unblocked },
    webhookBefore: settlement.webhook === null ? null : webhook,
  }
}
