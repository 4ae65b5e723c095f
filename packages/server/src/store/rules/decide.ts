import type { AttemptOutcome, AttemptReport } from '../../core/attempt.ts'
import { canMove, isFinished } from '../../core/delivery.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Decisions, Settlement } from '../work.ts'

/** What deciding on an outcome reads of an engine whose answers are synchronous. */
export interface DecidePort {
  /** Whatever its organization, deleted or not. */
  webhook(id: string): Webhook | null
  /** Attempts of this delivery with outcome `unknown`. */
  unknownAttempts(delivery: Delivery): number
}

/** What an outcome makes of a delivery and its webhook, before anything is written. */
export interface Decided {
  webhook: Webhook
  settlement: Settlement
  after: Delivery
}

/** Throws when the rules break, and when they ask for a move that the state machine does not draw. */
export function decide(
  port: DecidePort,
  before: Delivery,
  report: AttemptReport | null,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): Decided {
  const webhook = port.webhook(before.webhookId)
  if (webhook === null) throw new Error(`delivery ${before.id} has lost its webhook ${before.webhookId}`)
  const outcome: AttemptOutcome = report?.outcome ?? 'unknown'
  const unknownBefore = before.attemptCount === 0 ? 0 : port.unknownAttempts(before)
  const settlement = decisions.settle({ delivery: before, webhook, outcome, report, unknownBefore, now })
  const after = afterSettlement(before, settlement)
  assertCanMove(before, after.state)
  return { webhook, settlement, after }
}

function afterSettlement(before: Delivery, { delivery, holdPending }: Settlement): Delivery {
  const settled = { ...before, ...delivery, attemptCount: before.attemptCount + 1, leasedAt: null }
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
