import type { Attempt, AttemptOutcome, AttemptReport } from '../../core/attempt.ts'
import { canMove, isFinished } from '../../core/delivery.ts'
import type { Delivery } from '../../core/delivery.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { AttemptResult, Decisions, LeaseRelease, ResultOutcome } from '../work.ts'
import type { RunPart } from './parts.ts'

/** What recording an attempt reads and writes of an engine whose answers are synchronous. */
export interface SettlePort {
  delivery(id: string): Delivery | null
  /** Whatever its organization, deleted or not. */
  webhook(id: string): Webhook | null
  /** Attempts of this delivery with outcome `unknown`. */
  unknownAttempts(deliveryId: string): number
  addAttempt(delivery: Delivery, attempt: Attempt): void
  saveDelivery(delivery: Delivery): void
  saveWebhookState(webhook: Webhook): void
  /** Asks for the move `hold`, and begins it. */
  holdPending(webhookId: string, now: number): void
  /** Makes the first of a line due, if it waits for its turn; answers whether it did. */
  unblock(webhookId: string, orderKey: string, now: number): boolean
  /** Ends the lease, without reading what it is of; a planned attempt is put off until `dueAt`. */
  postpone(lease: LeaseRelease, dueAt: number): void
}

type Settled = Extract<ResultOutcome, { stale: false }>

/** What a result came to, and the webhook as it was when that changed it. */
interface Recorded {
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
      const delivery = port.delivery(result.deliveryId)
      if (delivery?.leasedAt == null || delivery.fence !== result.fence) {
        return { outcome: { stale: true }, webhookBefore: null }
      }
      return record(port, delivery, result.report, decisions, now)
    },
    (error) => {
      port.postpone(result, now + LIMITS.faultWaitMs)
      return { outcome: { stale: true, error }, webhookBefore: null }
    },
  )
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
        if (delivery !== null) record(port, delivery, null, decisions, now)
        return []
      },
      (cause) => {
        port.postpone(lease, now + LIMITS.faultWaitMs)
        return [new Error(`the cut-off attempt of ${lease.deliveryId} could not be settled`, { cause })]
      },
    ),
  )
}

function record(
  port: SettlePort,
  before: Delivery,
  report: AttemptReport | null,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): { outcome: Settled; webhookBefore: Webhook | null } {
  const webhook = port.webhook(before.webhookId)
  if (webhook === null) throw new Error(`delivery ${before.id} has lost its webhook ${before.webhookId}`)
  const outcome: AttemptOutcome = report?.outcome ?? 'unknown'
  const unknownBefore = before.attemptCount === 0 ? 0 : port.unknownAttempts(before.id)
  port.addAttempt(before, attemptOf(before, report))

  const settlement = decisions.settle({ delivery: before, webhook, outcome, report, unknownBefore, now })
  assertCanMove(before, settlement.delivery.state)
  const stopped = settlement.holdPending
  const settled = { ...before, ...settlement.delivery, attemptCount: before.attemptCount + 1, leasedAt: null }
  // A webhook that stops takes along the delivery that stopped it, when that one still has attempts left.
  const held = stopped && settled.state === 'pending'
  const after: Delivery = held ? { ...settled, state: 'held', dueAt: null, endedAt: null } : settled
  port.saveDelivery(after)

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

function attemptOf(delivery: Delivery, report: AttemptReport | null): Attempt {
  return {
    deliveryId: delivery.id,
    number: delivery.attemptCount + 1,
    kind: kindOf(delivery),
    outcome: report?.outcome ?? 'unknown',
    startedAt: report?.startedAt ?? delivery.leasedAt ?? delivery.createdAt,
    durationMs: report?.durationMs ?? null,
    statusCode: report?.statusCode ?? null,
    error: report?.error ?? null,
    requestHeaders: report?.requestHeaders ?? {},
    responseHeaders: report?.responseHeaders ?? null,
    responseBody: report?.responseBody ?? null,
  }
}

function kindOf({ kind, manual }: Delivery): Attempt['kind'] {
  if (kind === 'test') return 'test'
  return manual === null ? 'auto' : 'manual'
}
