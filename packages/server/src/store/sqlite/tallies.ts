import type { WebhookTally } from '../store.ts'
import type { Connection } from './connection.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { HELD } from './words.ts'

interface TallyRow {
  filtered_out: number
  filtered_out_at: number | null
  held_expired: number
  held_expired_at: number | null
}

/** What is counted of webhooks, in narrow rows of their own: most webhooks have none. */
export interface Tallies {
  addFilteredOut(webhookId: string, count: number, now: number): void
  addExpired(webhookSeq: number, count: number, now: number): void
  /** Held ones are counted up to `heldMax`. */
  read(webhookId: string, heldMax: number): WebhookTally
  remove(webhookSeq: number): void
}

export function createTallies(connection: Connection, webhooks: WebhookCache): Tallies {
  const addTo = (column: 'filtered_out' | 'held_expired') =>
    connection.prepare(`
      INSERT INTO webhook_tallies (webhook_seq, ${column}, ${column}_at) VALUES (?1, ?2, ?3)
      ON CONFLICT (webhook_seq) DO UPDATE SET ${column} = ${column} + ?2, ${column}_at = ?3`)
  const filteredOut = addTo('filtered_out')
  const expired = addTo('held_expired')
  const select = connection.prepare<TallyRow>('SELECT * FROM webhook_tallies WHERE webhook_seq = ?')
  const countHeld = connection.prepare<{ count: number }>(`
    SELECT count(*) AS count FROM (SELECT 1 FROM deliveries WHERE webhook_seq = ? AND state = ${HELD} LIMIT ?)`)
  const remove = connection.prepare('DELETE FROM webhook_tallies WHERE webhook_seq = ?')

  return {
    addFilteredOut(webhookId, count, now) {
      const entry = webhooks.byId(webhookId)
      if (entry !== null) filteredOut.run(entry.seq, count, now)
    },
    addExpired: (webhookSeq, count, now) => void expired.run(webhookSeq, count, now),
    read(webhookId, heldMax) {
      const seq = webhooks.byId(webhookId)?.seq ?? -1
      const row = select.get(seq)
      return {
        held: countHeld.get(seq, heldMax)?.count ?? 0,
        filteredOut: { count: row?.filtered_out ?? 0, lastAt: row?.filtered_out_at ?? null },
        heldExpired: { count: row?.held_expired ?? 0, lastAt: row?.held_expired_at ?? null },
      }
    },
    remove: (webhookSeq) => void remove.run(webhookSeq),
  }
}
