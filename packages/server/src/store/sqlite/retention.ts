import { LIMITS } from '../../core/limits.ts'
import { takeUpTo } from '../rules/pages.ts'
import type { RetentionStore } from '../store.ts'
import type { Connection } from './connection.ts'
import type { WebhookCache } from './webhook-cache.ts'

export function createRetentionStore(connection: Connection, webhooks: WebhookCache): RetentionStore {
  const sweepDeliveries = createDeliverySweep(connection)
  const sweepRuns = createRunSweep(connection)
  const sweepWebhooks = createWebhookSweep(connection, webhooks)
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
function createWebhookSweep(connection: Connection, webhooks: WebhookCache): Sweep {
  const selectUnneeded = connection.prepare<{ seq: number }>(`
    SELECT seq FROM webhooks w
    WHERE deleted_at < ?
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_seq = w.seq)
      AND NOT EXISTS (SELECT 1 FROM webhook_moves m WHERE m.webhook_seq = w.seq)
    ORDER BY deleted_at LIMIT ?`)

  return (before, limit) => {
    const unneeded = selectUnneeded.all(before, limit)
    for (const { seq } of unneeded) webhooks.remove(seq)
    return unneeded.length
  }
}
