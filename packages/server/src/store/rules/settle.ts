import type { Attempt, AttemptOutcome, AttemptReport } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { AttemptResult, Decisions, ResultOutcome } from '../work.ts'
import { assertCanMove, movedTo } from './waiting.ts'

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
  /** All the webhook's pending deliveries become held; leases stay. */
  holdPending(webhookId: string, now: number): void
}

type Settled = Extract<ResultOutcome, { stale: false }>

/** Records what came of a leased attempt, unless the lease has passed to another or ended. */
export function settleResult(
  port: SettlePort,
  result: AttemptResult,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): ResultOutcome {
  const delivery = port.delivery(result.deliveryId)
  if (delivery?.leasedAt == null || delivery.fence !== result.fence) return { stale: true }
  return record(port, delivery, result.report, decisions, now)
}

/** Records that an attempt may have been under way when the server stopped. */
export function settleCutOff(
  port: SettlePort,
  delivery: Delivery,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): Settled {
  return record(port, delivery, null, decisions, now)
}

function record(
  port: SettlePort,
  before: Delivery,
  report: AttemptReport | null,
  decisions: Pick<Decisions, 'settle'>,
  now: number,
): Settled {
  const webhook = port.webhook(before.webhookId)
  if (webhook === null) throw new Error(`delivery ${before.id} has lost its webhook ${before.webhookId}`)
  const outcome: AttemptOutcome = report?.outcome ?? 'unknown'
  const unknownBefore = before.attemptCount === 0 ? 0 : port.unknownAttempts(before.id)
  port.addAttempt(before, attemptOf(before, report))

  const settlement = decisions.settle({ delivery: before, webhook, outcome, report, unknownBefore, now })
  assertCanMove(before, settlement.delivery.state)
  const settled: Delivery = {
    ...before,
    ...settlement.delivery,
    attemptCount: before.attemptCount + 1,
    leasedAt: null,
  }
  // A webhook that stops takes along the delivery that stopped it, when that one still has attempts left.
  const held = settlement.holdPending && settled.state === 'pending'
  const after: Delivery = held ? { ...settled, ...movedTo('held', now) } : settled
  port.saveDelivery(after)

  const webhookAfter = settlement.webhook === null ? webhook : { ...webhook, ...settlement.webhook }
  if (settlement.webhook !== null) port.saveWebhookState(webhookAfter)
  if (settlement.holdPending) port.holdPending(webhook.id, now)
  return { stale: false, delivery: after, webhook: webhookAfter, stopped: settlement.holdPending }
}

function attemptOf(delivery: Delivery, report: AttemptReport | null): Attempt {
  return {
    deliveryId: delivery.id,
    number: delivery.attemptCount + 1,
    kind: delivery.kind === 'test' ? 'test' : 'auto',
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
