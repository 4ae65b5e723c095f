import type { Connection } from './connection.ts'
import { PENDING } from './words.ts'

/** Deliveries of one webhook with the same order key that have not ended, by `seq`. */
export interface Lines {
  /** The `seq` of the first; null when there is none. */
  first(webhookSeq: number, orderKey: string): number | null
  /** Makes the first due, if it waits for its turn; answers whether it did. */
  unblock(webhookSeq: number, orderKey: string, now: number): boolean
}

export function createLines(connection: Connection): Lines {
  const first = `
    SELECT min(seq) AS seq FROM deliveries INDEXED BY deliveries_order
    WHERE webhook_seq = ? AND order_key = ? AND ended_at IS NULL`
  const selectFirst = connection.prepare<{ seq: number | null }>(first)
  const unblock = connection.prepare(`
    UPDATE deliveries SET due_at = ?
    WHERE seq = (${first}) AND state = ${PENDING} AND due_at IS NULL AND leased_at IS NULL`)

  return {
    first: (webhookSeq, orderKey) => selectFirst.get(webhookSeq, orderKey)?.seq ?? null,
    unblock: (webhookSeq, orderKey, now) => Number(unblock.run(now, webhookSeq, orderKey).changes) > 0,
  }
}
