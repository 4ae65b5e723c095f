import type { ExpiredHeld, RetentionStore } from '../store.ts'
import { claimKey } from './tables.ts'
import type { Tables } from './tables.ts'
import { countOn } from './tallies.ts'

export function createRetentionStore(tables: Tables): RetentionStore {
  return {
    sweep: async (before, keysBefore, limit) =>
      tables.transact(() => {
        let left = limit
        left -= sweepDeliveries(tables, before, left)
        left -= sweepEvents(tables, before, left)
        left -= sweepRuns(tables, before, left)
        left -= sweepWebhooks(tables, before, left)
        left -= sweepAlerts(tables, before, left)
        left -= sweepClaims(tables, keysBefore, left)
        return limit - left
      }),
    expireHeld: async (before, now, limit) => tables.transact(() => expireHeld(tables, before, now, limit)),
  }
}

/** Attempts go before their delivery, so that a slice smaller than one delivery's log still gets somewhere. */
function sweepDeliveries(tables: Tables, before: number, limit: number): number {
  let removed = 0
  for (const delivery of tables.deliveries.all()) {
    if (delivery.endedAt === null || delivery.endedAt >= before) continue
    // Whatever its state: one that was sent again by hand has an attempt planned or in flight.
    if (delivery.dueAt !== null || delivery.leasedAt !== null) continue
    for (const attempt of tables.attempts.where('delivery', delivery.id)) {
      if (removed >= limit) return removed
      tables.attempts.remove(`${attempt.deliveryId}/${attempt.number}`)
      removed += 1
    }
    if (removed >= limit) return removed
    tables.deliveries.remove(delivery.id)
    tables.sweptEvents.put({ eventId: delivery.eventId })
    removed += 1
  }
  return removed
}

function sweepEvents(tables: Tables, before: number, limit: number): number {
  const old = tables.events
    .all()
    .filter(
      (event) =>
        event.createdAt < before &&
        tables.deliveries.where('event', event.id).length === 0 &&
        tables.fanouts.where('event', event.id).length === 0,
    )
    .slice(0, limit)
  for (const event of old) {
    tables.events.remove(event.id)
    tables.sweptEvents.remove(event.id)
  }
  return old.length
}

function sweepRuns(tables: Tables, before: number, limit: number): number {
  const old = tables.runs
    .all()
    .filter((run) => run.endedAt !== null && run.endedAt < before && run.createdAt < before)
    .slice(0, limit)
  for (const run of old) {
    tables.submissions.remove(run.id)
    tables.runs.remove(run.id)
  }
  return old.length
}

/** Deleted webhooks stay for the log, and go with the last delivery that it has of them. */
function sweepWebhooks(tables: Tables, before: number, limit: number): number {
  const old = tables.webhooks
    .all()
    .filter(
      (webhook) =>
        webhook.deletedAt !== null &&
        webhook.deletedAt < before &&
        tables.deliveries.where('webhook', webhook.id).length === 0 &&
        tables.moves.where('webhook', webhook.id).length === 0,
    )
    .slice(0, limit)
  for (const webhook of old) {
    tables.tallies.remove(webhook.id)
    tables.webhooks.remove(webhook.id)
  }
  return old.length
}

function sweepAlerts(tables: Tables, before: number, limit: number): number {
  const old = tables.alerts
    .all()
    .filter((alert) => alert.createdAt < before)
    .slice(0, limit)
  for (const alert of old) tables.alerts.remove(alert.id)
  return old.length
}

function sweepClaims(tables: Tables, before: number, limit: number): number {
  const old = tables.claims
    .all()
    .filter((claim) => claim.createdAt < before)
    .slice(0, limit)
  for (const claim of old) tables.claims.remove(claimKey(claim))
  return old.length
}

function expireHeld(tables: Tables, before: number, now: number, limit: number): ExpiredHeld[] {
  const old = tables.deliveries
    .all()
    .filter(
      ({ state, createdAt, leasedAt, webhookId }) =>
        state === 'held' &&
        createdAt < before &&
        leasedAt === null &&
        tables.webhooks.get(webhookId)?.status !== 'active' &&
        tables.moves.where('webhook', webhookId).length === 0,
    )
    .slice(0, limit)
  for (const delivery of old) {
    tables.deliveries.put({ ...delivery, state: 'cancelled', dueAt: null, endedAt: now })
  }
  return [...Map.groupBy(old, ({ webhookId }) => webhookId)].flatMap(([webhookId, rows]) => {
    countOn(tables, webhookId, 'heldExpired', rows.length, now)
    return rows.slice(0, 1).map(({ organizationId }) => ({ organizationId, webhookId, count: rows.length }))
  })
}
