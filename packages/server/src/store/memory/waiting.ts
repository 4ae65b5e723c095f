import type { WaitingDeliveries } from '../../core/webhook.ts'
import { assertCanMove, moveOf, movedTo } from '../rules/waiting.ts'
import type { Tables } from './tables.ts'

/** Moves a webhook's waiting deliveries; their leases stay. */
export function moveWaiting(
  tables: Tables,
  webhookId: string,
  waiting: WaitingDeliveries,
  time: number,
): void {
  const move = moveOf(waiting)
  if (move === null) return
  const from: readonly string[] = move.from
  for (const delivery of tables.deliveries.where('waiting', webhookId)) {
    if (!from.includes(delivery.state)) continue
    assertCanMove(delivery, move.to)
    tables.deliveries.put({ ...delivery, ...movedTo(move.to, time) })
  }
}
