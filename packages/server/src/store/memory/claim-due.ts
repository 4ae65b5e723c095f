import type { Delivery, LeasedDelivery } from '../../core/delivery.ts'
import { isLive } from '../../core/webhook.ts'
import type { ClaimOutcome, LaneClaim } from '../work.ts'
import type { Tables } from './tables.ts'

export function claimDue(tables: Tables, claim: LaneClaim, now: number): ClaimOutcome {
  const { webhookId } = claim
  const webhook = tables.webhooks.get(webhookId)
  if (webhook === null || !isLive(webhook)) return { webhookId, leased: [], nextDueAt: null }
  const ready = tables.deliveries.where('ready', webhookId).sort(byDueTime)
  const due = ready.filter((delivery) => dueTime(delivery) <= now).slice(0, claim.limit)
  const next = ready[due.length]
  return {
    webhookId,
    leased: due.map((delivery) => lease(tables, delivery, now)),
    nextDueAt: next === undefined ? null : dueTime(next),
  }
}

function lease(tables: Tables, before: Delivery, now: number): LeasedDelivery {
  const delivery: Delivery = { ...before, leasedAt: now, fence: before.fence + 1 }
  tables.deliveries.put(delivery)
  const event = tables.events.get(delivery.eventId)
  if (event === null) throw new Error(`delivery ${delivery.id} has lost its event ${delivery.eventId}`)
  return { delivery, event }
}

/** A pending delivery always has a due time; one without would be due at once rather than never. */
export function dueTime(delivery: Pick<Delivery, 'dueAt'>): number {
  return delivery.dueAt ?? 0
}

function byDueTime(left: Delivery, right: Delivery): number {
  return dueTime(left) - dueTime(right) || (left.id < right.id ? -1 : 1)
}
