import type { LastAttempt } from '../rules/decide.ts'
import type { SettlePort } from '../rules/settle.ts'
import { createAttemptWriter, type AttemptRow } from './attempt-rows.ts'
import type { Connection } from './connection.ts'
import { DELIVERY_COLUMNS, DELIVERY_TABLES, createDeliveryWriter, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryPlaces } from './delivery-places.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { findableId, idBytes } from './ids.ts'
import type { Lines } from './lines.ts'
import type { WaitingDeliveries } from './waiting.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { ATTEMPT_KINDS, UNKNOWN, wordOf } from './words.ts'

export interface SettleParts {
  places: DeliveryPlaces
  webhooks: WebhookCache
  lines: Lines
  waiting: WaitingDeliveries
}

/** Its `saveWebhookState` stages; whoever settles flushes in the same transaction. */
export function createSettlePort(
  connection: Connection,
  { places, webhooks, lines, waiting }: SettleParts,
): SettlePort {
  const select = connection.prepare<DeliveryRecord & { seq: number }>(
    `SELECT d.seq, ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES} WHERE d.id = ?`,
  )
  const countUnknown = connection.prepare<{ count: number }>(`
    SELECT count(*) AS count FROM attempts WHERE delivery_seq = ? AND outcome = ${UNKNOWN}`)
  const selectLast = connection.prepare<LastRow>(`
    SELECT number, kind, error_code, error_message, repeats FROM attempts WHERE delivery_seq = ? AND number = ?`)
  const repeat = connection.prepare(`
    UPDATE attempts SET repeats = repeats + 1, repeated_at = ?, error_message = ?
    WHERE delivery_seq = ? AND number = ?`)
  const postpone = connection.prepare(`
    UPDATE deliveries SET leased_at = NULL, due_at = iif(due_at IS NULL, NULL, ?)
    WHERE id = ? AND fence = ? AND leased_at IS NOT NULL`)
  const addAttempt = createAttemptWriter(connection)
  const deliveries = createDeliveryWriter(connection)
  return {
    delivery(id) {
      const bytes = findableId('dlv', id)
      const row = bytes === null ? undefined : select.get(bytes)
      if (row === undefined) return null
      return places.keep(deliveryFrom(row), row.seq)
    },
    webhook: (id) => webhooks.byId(id)?.webhook ?? null,
    unknownAttempts: (delivery) => countUnknown.get(places.of(delivery))?.count ?? 0,
    lastAttempt(delivery) {
      const row = selectLast.get(places.of(delivery), delivery.attemptCount)
      return row === undefined ? null : lastFrom(row)
    },
    repeatAttempt(delivery, number, { startedAt, error }) {
      repeat.run(startedAt, error?.message ?? null, places.of(delivery), number)
    },
    addAttempt(delivery, attempt) {
      const seq = places.of(delivery)
      if (seq === null) throw new Error(`no delivery ${delivery.id}`)
      addAttempt(seq, delivery, attempt)
    },
    replaceDelivery: (before, after) => deliveries.replace(places.of(before), before, after),
    saveWebhookState: (webhook) => webhooks.stageState(webhook),
    holdPending(webhookId, now) {
      const entry = webhooks.byId(webhookId)
      if (entry !== null) waiting.start(entry, ['hold'], true, now)
    },
    unblock(webhookId, orderKey, now) {
      const entry = webhooks.byId(webhookId)
      return entry !== null && lines.unblock(entry.seq, orderKey, now)
    },
    postpone: ({ deliveryId, fence }, dueAt) => void postpone.run(dueAt, idBytes('dlv', deliveryId), fence),
  }
}

type LastRow = Pick<AttemptRow, 'number' | 'kind' | 'error_code' | 'error_message' | 'repeats'>

function lastFrom({ number, kind, error_code: code, error_message: message, repeats }: LastRow): LastAttempt {
  const error = code === null ? null : { code, message: message ?? '' }
  return { number, kind: wordOf(ATTEMPT_KINDS, kind), error, repeats }
}
