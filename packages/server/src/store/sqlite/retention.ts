import { LIMITS } from '../../core/limits.ts'
import { takeUpTo } from '../rules/pages.ts'
import type { ExpiredHeld, RetentionStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { idText } from './ids.ts'
import type { Tallies } from './tallies.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { HELD, numberOf, STATES } from './words.ts'

export function createRetentionStore(
  connection: Connection,
  webhooks: WebhookCache,
  tallies: Tallies,
): RetentionStore {
  const expireHeld = createHeldExpiry(connection, tallies)
  const sweepDeliveries = createDeliverySweep(connection)
  const sweepRuns = createRunSweep(connection)
  const sweepWebhooks = createWebhookSweep(connection, webhooks, tallies)
  const sweepEvents = createEventSweep(connection)
  const sweepAlerts = connection.prepare(`
    DELETE FROM alerts WHERE seq IN (SELECT seq FROM alerts WHERE created_at < ? ORDER BY created_at LIMIT ?)`)
  const sweepClaims = connection.prepare(`
    DELETE FROM idempotency_claims WHERE (organization_id, operation, key) IN (
      SELECT organization_id, operation, key FROM idempotency_claims WHERE created_at < ? ORDER BY created_at LIMIT ?)`)

  return {
    sweep: async (before, keysBefore, limit) =>
      connection.commit(() => {
        let left = limit
        left -= sweepDeliveries(before, left)
        left -= sweepEvents(before, left)
        left -= sweepRuns(before, left)
        left -= sweepWebhooks(before, left)
        left -= Number(sweepAlerts.run(before, left).changes)
        left -= Number(sweepClaims.run(keysBefore, left).changes)
        return limit - left
      }),
    expireHeld: (before, now, limit) => connection.commit(() => expireHeld(before, now, limit)),
  }
}

type Sweep = (before: number, limit: number) => number

/** Attempts go before their delivery, so that a slice smaller than one delivery's log still gets somewhere. */
function createDeliverySweep(connection: Connection): Sweep {
  // Whatever its state: one that was sent again by hand has an attempt planned or in flight.
  const selectEnded = connection.prepare<{ seq: number; event_seq: number }>(`
    SELECT seq, event_seq FROM deliveries
    WHERE ended_at < ? AND due_at IS NULL AND leased_at IS NULL ORDER BY ended_at LIMIT ?`)
  const deleteAttempts = connection.prepare(`
    DELETE FROM attempts WHERE delivery_seq = ?1 AND number IN (
      SELECT number FROM attempts WHERE delivery_seq = ?1 ORDER BY number LIMIT ?2)`)
  const deleteDelivery = connection.prepare('DELETE FROM deliveries WHERE seq = ?')
  const countOff = connection.prepare(
    'UPDATE events SET deliveries_left = deliveries_left - 1, swept = 1 WHERE seq = ?',
  )

  return (before, limit) => {
    let removed = 0
    for (const { seq, event_seq: eventSeq } of selectEnded.all(before, limit)) {
      removed += Number(deleteAttempts.run(seq, limit - removed).changes)
      if (removed >= limit) break
      deleteDelivery.run(seq)
      countOff.run(eventSeq)
      removed += 1
    }
    return removed
  }
}

/** SQLite walks through all pages of what it deletes: a slice of large bodies has fewer of them. */
function createEventSweep(connection: Connection): Sweep {
  const selectUnneeded = connection.prepare<{ seq: number; bytes: number }>(`
    SELECT seq, octet_length(body) AS bytes FROM events
    WHERE deliveries_left = 0 AND created_at < ? ORDER BY created_at LIMIT ?`)
  const remove = connection.prepare('DELETE FROM events WHERE seq = ?')

  return (before, limit) => {
    const unneeded = takeUpTo(
      selectUnneeded.iterate(before, limit),
      LIMITS.stepBytesMax,
      ({ bytes }) => bytes,
    )
    for (const { seq } of unneeded) remove.run(seq)
    return unneeded.length
  }
}

function createRunSweep(connection: Connection): Sweep {
  const selectEnded = connection.prepare<{ seq: number; bytes: number }>(`
    SELECT r.seq, octet_length(r.findings) + ifnull(octet_length(s.content), 0) AS bytes
    FROM runs r LEFT JOIN submissions s ON s.run_seq = r.seq
    WHERE r.created_at < ?1 AND r.ended_at < ?1 ORDER BY r.created_at LIMIT ?2`)
  const deleteSubmission = connection.prepare('DELETE FROM submissions WHERE run_seq = ?')
  const deleteRun = connection.prepare('DELETE FROM runs WHERE seq = ?')

  return (before, limit) => {
    const ended = takeUpTo(selectEnded.iterate(before, limit), LIMITS.stepBytesMax, ({ bytes }) => bytes)
    for (const { seq } of ended) {
      deleteSubmission.run(seq)
      deleteRun.run(seq)
    }
    return ended.length
  }
}

/** Deleted webhooks stay for the log, and go with the last delivery that it has of them. */
function createWebhookSweep(connection: Connection, webhooks: WebhookCache, tallies: Tallies): Sweep {
  const selectUnneeded = connection.prepare<{ seq: number }>(`
    SELECT seq FROM webhooks w
    WHERE deleted_at < ?
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_seq = w.seq)
      AND NOT EXISTS (SELECT 1 FROM webhook_moves m WHERE m.webhook_seq = w.seq)
    ORDER BY deleted_at LIMIT ?`)

  return (before, limit) => {
    const unneeded = selectUnneeded.all(before, limit)
    for (const { seq } of unneeded) {
      tallies.remove(seq)
      webhooks.remove(seq)
    }
    return unneeded.length
  }
}

/**
 * All that waits of a webhook that is stopped and at rest is held, so that no line of an order is let go by this. A request
 * that is still in flight is not asked back.
 */
function createHeldExpiry(
  connection: Connection,
  tallies: Tallies,
): (before: number, now: number, limit: number) => ExpiredHeld[] {
  const selectOld = connection.prepare<{
    seq: number
    webhook_seq: number
    webhook_id: Uint8Array
    organization_id: number
  }>(`
    SELECT d.seq, d.webhook_seq, w.id AS webhook_id, w.organization_id
    FROM deliveries d INDEXED BY deliveries_held CROSS JOIN webhooks w ON w.seq = d.webhook_seq
    WHERE d.state = ${HELD} AND d.created_at < ? AND d.leased_at IS NULL AND w.status <> 'active'
      AND NOT EXISTS (SELECT 1 FROM webhook_moves m WHERE m.webhook_seq = w.seq)
    ORDER BY d.created_at LIMIT ?`)
  const cancel = connection.prepare(`
    UPDATE deliveries SET state = ${numberOf(STATES, 'cancelled')}, due_at = NULL, ended_at = ?
    WHERE seq = ?`)

  return (before, now, limit) => {
    const old = selectOld.all(before, limit)
    for (const { seq } of old) cancel.run(now, seq)
    return [...Map.groupBy(old, (row) => row.webhook_seq)].flatMap(([webhookSeq, rows]) => {
      tallies.addExpired(webhookSeq, rows.length, now)
      return rows.slice(0, 1).map((row) => ({
        organizationId: row.organization_id,
        webhookId: idText('webhook', row.webhook_id),
        count: rows.length,
      }))
    })
  }
}
