import type { Delivery, LeasedDelivery } from '../../core/delivery.ts'
import { takeClaimed } from '../rules/due.ts'
import type { ClaimOutcome, LaneClaim } from '../work.ts'
import { findSendable } from './sendable.ts'
import type { Tables } from './tables.ts'

export function claimDue(tables: Tables, claim: LaneClaim, now: number): ClaimOutcome {
  const { webhookId, limit, dueFrom = 0 } = claim
  if (findSendable(tables, webhookId) === null) return { webhookId, leased: [], nextDueAt: null }
  const ready = tables.deliveries.where('ready', webhookId).sort(byDueTime)
  const passedOver = ready.filter((delivery) => dueTime(delivery) < dueFrom).length
  const due = ready.filter((delivery) => dueTime(delivery) <= now).slice(passedOver, passedOver + limit)
  const taken = takeClaimed(
    due.map((delivery) => leaseOf(tables, delivery, now)),
    claim,
    ({ event }) => event.body.length,
  )
  for (const { delivery } of taken) tables.deliveries.put(delivery)
  const next = ready[passedOver > 0 ? 0 : taken.length]
  return { webhookId, leased: taken, nextDueAt: next === undefined ? null : dueTime(next) }
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
