import type { LeasedDelivery } from '../../core/delivery.ts'
import { isLive } from '../../core/webhook.ts'
import type { ClaimOutcome, LaneClaim } from '../work.ts'
import type { Connection } from './connection.ts'
import { DELIVERY_COLUMNS, DELIVERY_TABLES, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { EVENT_COLUMNS, eventFrom } from './event-rows.ts'
import type { EventRow } from './event-rows.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { PENDING } from './words.ts'

export type ClaimDue = (claim: LaneClaim, now: number) => ClaimOutcome

export function createClaimDue(connection: Connection, webhooks: WebhookCache): ClaimDue {
  // The literal state lets SQLite use the partial index `deliveries_ready`.
  const ready = `d.webhook_seq = ? AND d.state = ${PENDING} AND d.leased_at IS NULL`
  const selectDue = connection.prepare<DeliveryRecord & EventRow & { seq: number }>(`
    SELECT d.seq, ${DELIVERY_COLUMNS}, ${EVENT_COLUMNS} FROM ${DELIVERY_TABLES}
    WHERE ${ready} AND d.due_at <= ? ORDER BY d.due_at LIMIT ?`)
  const lease = connection.prepare('UPDATE deliveries SET leased_at = ?, fence = fence + 1 WHERE seq = ?')
  const selectNext = connection.prepare<{ due_at: number }>(
    `SELECT d.due_at FROM deliveries d WHERE ${ready} ORDER BY d.due_at LIMIT 1`,
  )

  return ({ webhookId, limit }, now) => {
    const entry = webhooks.byId(webhookId)
    if (entry === null || !isLive(entry.webhook)) return { webhookId, leased: [], nextDueAt: null }
    const leased = selectDue.all(entry.seq, now, limit).map((row): LeasedDelivery => {
      lease.run(now, row.seq)
      return {
        delivery: { ...deliveryFrom(row), leasedAt: now, fence: row.fence + 1 },
        event: eventFrom(row),
      }
    })
    return { webhookId, leased, nextDueAt: selectNext.get(entry.seq)?.due_at ?? null }
  }
}
