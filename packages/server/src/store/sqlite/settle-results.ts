import { settleResult } from '../rules/settle.ts'
import type { SettlePort } from '../rules/settle.ts'
import type { Decisions, ResultOutcome, WorkBatch } from '../work.ts'
import { createAttemptWriter } from './attempt-rows.ts'
import type { Connection } from './connection.ts'
import { DELIVERY_COLUMNS, DELIVERY_TABLES, createDeliveryWriter, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { findableId, idBytes } from './ids.ts'
import { createMoveWaiting } from './waiting.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { UNKNOWN } from './words.ts'

export function settleResults(
  port: SettlePort,
  webhooks: WebhookCache,
  batch: Pick<WorkBatch, 'results' | 'now'>,
  decisions: Pick<Decisions, 'settle'>,
): ResultOutcome[] {
  const outcomes = batch.results.map((result) => settleResult(port, result, decisions, batch.now))
  webhooks.flushStates()
  return outcomes
}

/** Its `saveWebhookState` stages; whoever settles flushes in the same transaction. */
export function createSettlePort(connection: Connection, webhooks: WebhookCache): SettlePort {
  const select = connection.prepare<DeliveryRecord>(
    `SELECT ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES} WHERE d.id = ?`,
  )
  const countUnknown = connection.prepare<{ count: number }>(`
    SELECT count(*) AS count FROM attempts
    WHERE delivery_seq = (SELECT seq FROM deliveries WHERE id = ?) AND outcome = ${UNKNOWN}`)
  const addAttempt = createAttemptWriter(connection)
  const deliveries = createDeliveryWriter(connection)
  const moveWaiting = createMoveWaiting(connection)

  return {
    delivery(id) {
      const bytes = findableId('dlv', id)
      const row = bytes === null ? undefined : select.get(bytes)
      return row === undefined ? null : deliveryFrom(row)
    },
    webhook: (id) => webhooks.byId(id)?.webhook ?? null,
    unknownAttempts: (deliveryId) => countUnknown.get(idBytes('dlv', deliveryId))?.count ?? 0,
    addAttempt,
    saveDelivery: (delivery) => deliveries.update(delivery),
    saveWebhookState: (webhook) => webhooks.stageState(webhook),
    holdPending(webhookId, now) {
      const entry = webhooks.byId(webhookId)
      if (entry !== null) moveWaiting(entry.seq, 'hold', now)
    },
  }
}
