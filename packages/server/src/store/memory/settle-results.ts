import { settleResult } from '../rules/settle.ts'
import type { SettlePort } from '../rules/settle.ts'
import type { Decisions, ResultOutcome, WorkBatch } from '../work.ts'
import type { Tables } from './tables.ts'
import { moveWaiting } from './waiting.ts'

export function settleResults(
  tables: Tables,
  batch: Pick<WorkBatch, 'results' | 'now'>,
  decisions: Pick<Decisions, 'settle'>,
): ResultOutcome[] {
  const port = createSettlePort(tables)
  return batch.results.map((result) => settleResult(port, result, decisions, batch.now))
}

export function createSettlePort(tables: Tables): SettlePort {
  return {
    delivery: (id) => tables.deliveries.get(id),
    webhook: (id) => tables.webhooks.get(id),
    unknownAttempts: (deliveryId) =>
      tables.attempts.where('delivery', deliveryId).filter((attempt) => attempt.outcome === 'unknown').length,
    addAttempt: (_delivery, attempt) => tables.attempts.add(attempt),
    saveDelivery: (delivery) => tables.deliveries.put(delivery),
    saveWebhookState: (webhook) => tables.webhooks.put(webhook),
    holdPending: (webhookId, now) => moveWaiting(tables, webhookId, 'hold', now),
  }
}
