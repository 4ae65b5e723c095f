import type { LaneWork } from '../work.ts'
import type { Connection } from './connection.ts'
import { idText } from './ids.ts'

interface LaneRow {
  id: Uint8Array
  organization_id: number
  next_due_at: number
}

export function createListLanes(connection: Connection): () => LaneWork[] {
  // Leaps from webhook to webhook through the index, one seek each: a GROUP BY would walk the whole backlog.
  const select = connection.prepare<LaneRow>(`
    WITH RECURSIVE lanes (webhook_seq) AS (
      SELECT min(webhook_seq) FROM deliveries WHERE due_at IS NOT NULL AND leased_at IS NULL
      UNION ALL
      SELECT (
        SELECT min(d.webhook_seq) FROM deliveries d
        WHERE d.due_at IS NOT NULL AND d.leased_at IS NULL AND d.webhook_seq > lanes.webhook_seq
      ) FROM lanes WHERE lanes.webhook_seq IS NOT NULL
    )
    SELECT w.id, w.organization_id, max(coalesce(w.paused_until, 0), (
      SELECT min(d.due_at) FROM deliveries d
      WHERE d.webhook_seq = w.seq AND d.due_at IS NOT NULL AND d.leased_at IS NULL
    )) AS next_due_at
    FROM lanes CROSS JOIN webhooks w ON w.seq = lanes.webhook_seq`)

  return () =>
    connection.read(() =>
      select.all().map((row) => ({
        webhookId: idText('webhook', row.id),
        organizationId: row.organization_id,
        nextDueAt: row.next_due_at,
      })),
    )
}
