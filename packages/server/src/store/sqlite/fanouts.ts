import type { Audience } from '../../core/audience.ts'
import type { Fanout } from '../rules/fanouts.ts'
import type { Connection } from './connection.ts'
import { bufferOf, idBytes, idText } from './ids.ts'

/** Events whose deliveries are still to be made, in the order they were accepted. */
export interface Fanouts {
  add(eventSeq: number, organizationId: number, audience: Audience, now: number): void
  /** The `seq` of an organization's first event, and of its last; null when none is left. */
  oldest(organizationId: number): number | null
  last(organizationId: number): number | null
  /** How many events of the organization are left. */
  left(organizationId: number): number
  organizations(): readonly number[]
  next(organizationId: number): StoredFanout | null
  advance(stored: StoredFanout, position: number): void
  remove(stored: StoredFanout): void
}

export interface StoredFanout extends Fanout {
  eventSeq: number
  audienceSeq: number
}

interface FanoutRow {
  event_seq: number
  audience_seq: number
  position: number
  accepted_at: number
  chosen: Uint8Array | null
  event_id: Uint8Array
  key: string | null
}

/** What memory knows of one organization that has fan-outs. */
interface Known {
  oldest: number
  last: number
  left: number
}

export function createFanouts(connection: Connection): Fanouts {
  const insertAudience = connection.prepare('INSERT INTO audiences (webhooks) VALUES (?)')
  const selectAudience = connection.prepare<{ webhooks: Uint8Array }>(
    'SELECT webhooks FROM audiences WHERE seq = ?',
  )
  const removeAudience = connection.prepare(`
    DELETE FROM audiences WHERE seq = ?1 AND NOT EXISTS (SELECT 1 FROM fanouts WHERE audience_seq = ?1)`)
  const insert = connection.prepare(`
    INSERT INTO fanouts (event_seq, organization_id, audience_seq, position, accepted_at, chosen)
    VALUES (?, ?, ?, 0, ?, ?)`)
  const advance = connection.prepare('UPDATE fanouts SET position = ? WHERE event_seq = ?')
  const remove = connection.prepare('DELETE FROM fanouts WHERE event_seq = ?')
  const selectOldest = connection.prepare<FanoutRow>(`
    SELECT f.event_seq, f.audience_seq, f.position, f.accepted_at, f.chosen, e.id AS event_id, e.key
    FROM fanouts f CROSS JOIN events e ON e.seq = f.event_seq
    WHERE f.organization_id = ? ORDER BY f.event_seq LIMIT 1`)
  const count = connection.prepare<Known & { organization_id: number }>(`
    SELECT organization_id, min(event_seq) AS oldest, max(event_seq) AS last, count(*) AS "left"
    FROM fanouts INDEXED BY fanouts_organization GROUP BY organization_id`)
  const selectNext = connection.prepare<{ event_seq: number | null }>(
    'SELECT min(event_seq) AS event_seq FROM fanouts WHERE organization_id = ? AND event_seq > ?',
  )

  let known: Map<number, Known> | null = null
  /** The lists that this commit wrote, and the one that is being read. */
  let written = new Map<readonly string[], number>()
  let read: { seq: number; webhookIds: readonly string[] } | null = null

  connection.onUndo(() => {
    known = null
    read = null
    written = new Map()
  })
  connection.onEnd(() => {
    written = new Map()
  })

  function all(): Map<number, Known> {
    return (known ??= new Map(
      count.all().map(({ organization_id: id, oldest, last, left }) => [id, { oldest, last, left }]),
    ))
  }

  function seqOf(webhookIds: readonly string[]): number {
    const seq =
      written.get(webhookIds) ??
      Number(
        insertAudience.run(Buffer.concat(webhookIds.map((id) => idBytes('webhook', id)))).lastInsertRowid,
      )
    written.set(webhookIds, seq)
    return seq
  }

  function webhookIdsOf(seq: number): readonly string[] {
    if (read?.seq === seq) return read.webhookIds
    const bytes = bufferOf(selectAudience.get(seq)?.webhooks ?? new Uint8Array())
    const webhookIds: string[] = []
    for (let at = 0; at < bytes.length; at += 16)
      webhookIds.push(idText('webhook', bytes.subarray(at, at + 16)))
    read = { seq, webhookIds }
    return webhookIds
  }

  return {
    add(eventSeq, organizationId, { webhookIds, chosen }, now) {
      insert.run(eventSeq, organizationId, seqOf(webhookIds), now, chosen)
      const before = all().get(organizationId)
      // What was read just now may have this one in it.
      if (before !== undefined && before.last >= eventSeq) return
      const { oldest = eventSeq, left = 0 } = before ?? {}
      all().set(organizationId, { oldest, last: eventSeq, left: left + 1 })
    },
    oldest: (organizationId) => all().get(organizationId)?.oldest ?? null,
    last: (organizationId) => all().get(organizationId)?.last ?? null,
    left: (organizationId) => all().get(organizationId)?.left ?? 0,
    organizations: () => [...all().keys()],
    next(organizationId) {
      const row = selectOldest.get(organizationId)
      if (row === undefined) return null
      return {
        event: { id: idText('evt', row.event_id), organizationId, key: row.key },
        audience: { webhookIds: webhookIdsOf(row.audience_seq), chosen: row.chosen },
        position: row.position,
        acceptedAt: row.accepted_at,
        eventSeq: row.event_seq,
        audienceSeq: row.audience_seq,
      }
    },
    advance: ({ eventSeq }, position) => void advance.run(position, eventSeq),
    remove({ eventSeq, audienceSeq, event: { organizationId } }) {
      remove.run(eventSeq)
      const next = selectNext.get(organizationId, eventSeq)?.event_seq ?? null
      const { last = 0, left = 1 } = all().get(organizationId) ?? {}
      if (next === null) all().delete(organizationId)
      else all().set(organizationId, { oldest: next, last, left: left - 1 })
      // Another list may be given the same `seq`.
      if (Number(removeAudience.run(audienceSeq).changes) > 0) read = null
    },
  }
}
