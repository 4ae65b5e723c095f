import { wasNotSent, type Attempt, type AttemptOutcome, type AttemptReport } from '../../core/attempt.ts'
import { canMove, isFinished } from '../../core/delivery.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Decisions, Settlement } from '../work.ts'
import { kindOf } from './attempts.ts'

/** What deciding on an outcome reads of an engine whose answers are synchronous. */
export interface DecidePort {
  /** Whatever its organization, deleted or not. */
  webhook(id: string): Webhook | null
  /** Attempts of this delivery with outcome `unknown`. */
  unknownAttempts(delivery: Delivery): number
  /** The last attempt of this delivery; null when there is none. */
  lastAttempt(delivery: Delivery): LastAttempt | null
}

export type LastAttempt = Pick<Attempt, 'number' | 'kind' | 'error' | 'repeats'>

/** What an outcome makes of a delivery and its webhook, before anything is written. */
export interface Decided {
  webhook: Webhook
  settlement: Settlement
  after: Delivery
  /** The row of the log that this attempt shares: the one before it came to the same. */
  repeated: LastAttempt | null
}

/** Without a report it is `unknown`. */
export interface Outcome {
  report: AttemptReport | null
  sentTo?: string
}

/** Throws when the rules break, and when they ask for a move that the state machine does not draw. */
export function decide(
  port: DecidePort,
  before: Delivery,
  { report, sentTo }: Outcome,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): Decided {
  const webhook = port.webhook(before.webhookId)
  if (webhook === null) throw new Error(`delivery ${before.id} has lost its webhook ${before.webhookId}`)
  const outcome: AttemptOutcome = report?.outcome ?? 'unknown'
  const unknownBefore = before.attemptCount === 0 ? 0 : port.unknownAttempts(before)
  const repeated = repeatedBy(port, before, report)
  const settlement = decisions.settle({
    ...{ delivery: before, webhook, outcome, report, unknownBefore, now },
    sentTo: sentTo ?? null,
    notSentBefore: repeated === null ? 0 : repeated.repeats + 1,
  })
  const after = afterSettlement(before, settlement, repeated === null ? 1 : 0)
  assertCanMove(before, after.state)
  return { webhook, settlement, after, repeated }
}

/** Whatever kept them from being sent: causes that take turns would fill the log as well. */
function repeatedBy(port: DecidePort, before: Delivery, report: AttemptReport | null): LastAttempt | null {
  if (before.attemptCount === 0 || !wasNotSent(report)) return null
  const last = port.lastAttempt(before)
  return last?.error?.code === report?.error?.code && last?.kind === kindOf(before) ? last : null
}

function afterSettlement(
  before: Delivery,
  { delivery, holdPending }: Settlement,
  newAttempts: 0 | 1,
): Delivery {
  const attemptCount = before.attemptCount + newAttempts
  const settled = { ...before, ...delivery, attemptCount, leasedAt: null }
  // A webhook that stops takes along the delivery that stopped it, when that one still has attempts left.
  const held = holdPending && settled.state === 'pending'
  return held ? { ...settled, state: 'held', dueAt: null, endedAt: null } : settled
}

/**
 * Refuses a move that the state machine does not draw: such a decision is a bug and must not reach the log. What has
 * ended begins anew by hand only.
 */
function assertCanMove(delivery: Delivery, to: Delivery['state']): void {
  const revived = isFinished(delivery.state) && !isFinished(to)
  if (revived || !canMove(delivery.state, to)) {
    throw new Error(`delivery ${delivery.id} cannot move from ${delivery.state} to ${to}`)
  }
}
