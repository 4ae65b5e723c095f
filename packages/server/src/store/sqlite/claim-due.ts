import type { LeasedDelivery } from '../../core/delivery.ts'
import { pauseEnd } from '../../core/webhook.ts'
import { dueAfterPause, takeClaimed } from '../rules/due.ts'
import type { ClaimOutcome, LaneClaim } from '../work.ts'
import type { Connection } from './connection.ts'
import type { DeliveryPlaces } from './delivery-places.ts'
import { DELIVERY_COLUMNS, DELIVERY_TABLES, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { EVENT_COLUMNS, eventFrom } from './event-rows.ts'
import type { EventRow } from './event-rows.ts'
import { findableId } from './ids.ts'
import type { FindSendable } from './sendable.ts'
import type { WebhookCache } from './webhook-cache.ts'

export type ClaimDue = (claim: LaneClaim, now: number) => ClaimOutcome

export function createClaimDue(
  connection: Connection,
  { places, webhooks }: { places: DeliveryPlaces; webhooks: WebhookCache },
  findSendable: FindSendable,
): ClaimDue {
  // As the index `deliveries_ready` has it.
  const ready = 'd.webhook_seq = ? AND d.due_at IS NOT NULL AND d.leased_at IS NULL'
  const selectDue = connection.prepare<DeliveryRecord & EventRow & { seq: number }>(`
    SELECT d.seq, ${DELIVERY_COLUMNS}, ${EVENT_COLUMNS} FROM ${DELIVERY_TABLES}
    WHERE ${ready} AND d.due_at BETWEEN ? AND ? ORDER BY d.due_at LIMIT ?`)
  const selectOne = connection.prepare<DeliveryRecord & EventRow & { seq: number }>(`
    SELECT d.seq, ${DELIVERY_COLUMNS}, ${EVENT_COLUMNS} FROM ${DELIVERY_TABLES}
    WHERE d.id = ? AND d.webhook_seq = ? AND d.due_at <= ? AND d.leased_at IS NULL`)
  const lease = connection.prepare('UPDATE deliveries SET leased_at = ?, fence = fence + 1 WHERE seq = ?')
  const selectNext = connection.prepare<{ due_at: number }>(
    `SELECT d.due_at FROM deliveries d WHERE ${ready} ORDER BY d.due_at LIMIT 1`,
  )

  function* dueOf(
    seq: number,
    { deliveryId, dueFrom = 0, limit }: LaneClaim,
    now: number,
    isPaused: boolean,
  ) {
    if (deliveryId !== undefined) yield* selectOne.iterate(findableId('dlv', deliveryId), seq, now)
    else if (!isPaused) yield* selectDue.iterate(seq, dueFrom, now, limit)
  }

  return (claim, now) => {
    const { webhookId } = claim
    const entry = findSendable(webhookId) === null ? null : webhooks.byId(webhookId)
    if (entry === null) return { webhookId, leased: [], nextDueAt: null }
    const isPaused = pauseEnd(entry.webhook, now) !== null
    const rows = takeClaimed(dueOf(entry.seq, claim, now, isPaused), claim, (row) => row.body.length)
    const leased = rows.map((row): LeasedDelivery => {
      lease.run(now, row.seq)
      const delivery = { ...deliveryFrom(row), leasedAt: now, fence: row.fence + 1 }
      return { delivery: places.keep(delivery, row.seq), event: eventFrom(row) }
    })
    const next = selectNext.get(entry.seq)?.due_at ?? null
    return { webhookId, leased, nextDueAt: dueAfterPause(next, entry.webhook, now) }
  }
}
