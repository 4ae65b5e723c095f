import type { Connection } from './connection.ts'

/** Each is one step into an index: the row that was made last, the lease that was taken last, the end that came last. */
const LATEST = [
  'SELECT created_at AS at FROM events WHERE seq = (SELECT max(seq) FROM events)',
  'SELECT created_at AS at FROM deliveries WHERE seq = (SELECT max(seq) FROM deliveries)',
  'SELECT accepted_at AS at FROM fanouts WHERE event_seq = (SELECT max(event_seq) FROM fanouts)',
  'SELECT max(leased_at) AS at FROM deliveries WHERE leased_at IS NOT NULL',
  `SELECT max(ended_at) AS at FROM deliveries
   WHERE ended_at IS NOT NULL AND due_at IS NULL AND leased_at IS NULL`,
]

export function createLastTime(connection: Connection): () => number {
  const selects = LATEST.map((sql) => connection.prepare<{ at: number | null }>(sql))
  return () => connection.read(() => Math.max(0, ...selects.map((select) => select.get()?.at ?? 0)))
}
