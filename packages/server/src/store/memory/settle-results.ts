import { isDeepStrictEqual } from 'node:util'
import type { EngineOptions } from '../options.ts'
import { startMoves } from '../rules/moves.ts'
import type { SettlePort } from '../rules/settle.ts'
import type { Tables } from './tables.ts'
import { createMovePort, moveRowsPerSlice, unblock } from './waiting.ts'

export function createSettlePort(tables: Tables, options: EngineOptions): SettlePort {
  return {
    delivery: (id) => tables.deliveries.get(id),
    webhook: (id) => tables.webhooks.get(id),
    unknownAttempts: ({ id }) =>
      tables.attempts.where('delivery', id).filter((attempt) => attempt.outcome === 'unknown').length,
    lastAttempt: ({ id, attemptCount }) => tables.attempts.get(`${id}/${attemptCount}`),
    addAttempt: (_delivery, attempt) => tables.attempts.add(attempt),
    repeatAttempt({ id }, number, { startedAt, error }) {
      const attempt = tables.attempts.get(`${id}/${number}`)
      if (attempt === null) return
      const message = error?.message ?? ''
      const shown = attempt.error && { ...attempt.error, message }
      tables.attempts.put({ ...attempt, error: shown, repeats: attempt.repeats + 1, repeatedAt: startedAt })
    },
    replaceDelivery(before, after) {
      const stored = tables.deliveries.get(before.id)
      if (stored === null || !isDeepStrictEqual(stored, before)) return false
      tables.deliveries.put(after)
      return true
    },
    saveWebhookState: (webhook) => tables.webhooks.put(webhook),
    holdPending(webhookId, now) {
      const webhook = tables.webhooks.get(webhookId)
      if (webhook === null) return
      startMoves(createMovePort(tables, webhook), ['hold'], true, now, moveRowsPerSlice(options))
    },
    unblock: (webhookId, orderKey, now) => unblock(tables, webhookId, orderKey, now),
    postpone({ deliveryId, fence }, dueAt) {
      const delivery = tables.deliveries.get(deliveryId)
      if (delivery?.leasedAt == null || delivery.fence !== fence) return
      const planned = delivery.dueAt !== null
      tables.deliveries.put({ ...delivery, leasedAt: null, dueAt: planned ? dueAt : null })
    },
  }
}
