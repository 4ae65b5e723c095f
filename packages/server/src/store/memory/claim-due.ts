import type { Delivery, LeasedDelivery } from '../../core/delivery.ts'
import { pauseEnd } from '../../core/webhook.ts'
import { dueAfterPause, takeClaimed } from '../rules/due.ts'
import type { ClaimOutcome, LaneClaim } from '../work.ts'
import { findSendable } from './sendable.ts'
import type { Tables } from './tables.ts'

export function claimDue(tables: Tables, claim: LaneClaim, now: number): ClaimOutcome {
  const { webhookId, limit, dueFrom = 0, deliveryId } = claim
  const webhook = findSendable(tables, webhookId)
  if (webhook === null) return { webhookId, leased: [], nextDueAt: null }
  const isPaused = pauseEnd(webhook, now) !== null
  const mayStart = (delivery: Delivery): boolean =>
    deliveryId === undefined ? !isPaused && dueTime(delivery) >= dueFrom : delivery.id === deliveryId
  const due = tables.deliveries
    .where('ready', webhookId)
    .filter((delivery) => dueTime(delivery) <= now && mayStart(delivery))
    .sort(byDueTime)
    .slice(0, limit)
  const leased = takeClaimed(
    due.map((delivery) => leaseOf(tables, delivery, now)),
    claim,
    ({ event }) => event.body.length,
  )
  for (const { delivery } of leased) tables.deliveries.put(delivery)
  const next = tables.deliveries.where('ready', webhookId).reduce<number | null>((earliest, delivery) => {
    return earliest === null ? dueTime(delivery) : Math.min(earliest, dueTime(delivery))
  }, null)
  return { webhookId, leased, nextDueAt: dueAfterPause(next, webhook, now) }
}

function leaseOf(tables: Tables, before: Delivery, now: number): LeasedDelivery {
  const delivery: Delivery = { ...before, leasedAt: now, fence: before.fence + 1 }
  const event = tables.events.get(delivery.eventId)
  if (event === null) throw new Error(`delivery ${delivery.id} has lost its event ${delivery.eventId}`)
  return { delivery, event }
}

/** What is ready has a due time; one without would be due at once rather than never. */
export function dueTime(delivery: Pick<Delivery, 'dueAt'>): number {
  return delivery.dueAt ?? 0
}

function byDueTime(left: Delivery, right: Delivery): number {
  return dueTime(left) - dueTime(right) || (left.id < right.id ? -1 : 1)
}
