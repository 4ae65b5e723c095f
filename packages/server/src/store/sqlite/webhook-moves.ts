import { holdsBack } from '../../core/webhook.ts'
import type { WaitingMove } from '../../core/webhook.ts'
import type { QueuedMove } from '../rules/moves.ts'
import type { Connection } from './connection.ts'
import { idText } from './ids.ts'
import type { Fanouts } from './fanouts.ts'
import type { CachedWebhook } from './webhook-cache.ts'

/** A delivery's place is its `seq`. */
export interface StoredMove extends QueuedMove<number> {
  seq: number
  webhookId: string
  webhookSeq: number
  /** How far it has come (see move-walk.ts). Not stored: a walk that begins again finds nothing of what was moved. */
  walk: { pass: number; after: readonly (number | Uint8Array)[] | null }
  organizationId: number
  /** The last event whose deliveries it waits for (see fanouts.ts); null when all that it is about are there. */
  waitsFor: number | null
}

/**
 * The moves that are not done, with a copy in memory: every delivery that is born asks about them. No other process
 * makes any while the server runs. After something was undone the copy is read anew.
 */
export interface WebhookMoves {
  /** In the order they were asked for. */
  of(webhookId: string): readonly StoredMove[]
  /** Those of which a move can be made now. */
  ripeWebhookIds(): string[]
  /** Whether a move of the webhook waits for deliveries that are still to be made. */
  waits(webhookId: string): boolean
  /** The deliveries of an event of the organization are all made: moves that waited for it are about what there is now. */
  ripen(organizationId: number): void
  /** The first move of the webhook that waits for the deliveries of this event. */
  waitingFor(webhookId: string, eventSeq: number): StoredMove | null
  /** Whether a move is left that must be made before anything of the webhook may start. */
  heldBack(webhookId: string): boolean
  add(entry: CachedWebhook, move: WaitingMove, wasLive: boolean, now: number): void
  remove(stored: StoredMove): void
}

interface MoveRow {
  seq: number
  webhook_id: Uint8Array
  webhook_seq: number
  move: string
  delivery_seq_max: number
  moved_at: number
  was_live: number
  organization_id: number
  event_seq_max: number | null
}

export function createWebhookMoves(connection: Connection, fanouts: Fanouts): WebhookMoves {
  const selectAll = connection.prepare<MoveRow>(`
    SELECT m.seq, w.id AS webhook_id, m.webhook_seq, m.move, m.delivery_seq_max, m.moved_at, m.was_live,
      w.organization_id, m.event_seq_max
    FROM webhook_moves m CROSS JOIN webhooks w ON w.seq = m.webhook_seq ORDER BY m.seq`)
  const selectLast = connection.prepare<{ seq: number | null }>('SELECT max(seq) AS seq FROM deliveries')
  const insert = connection.prepare(
    `INSERT INTO webhook_moves (webhook_seq, move, delivery_seq_max, moved_at, was_live, event_seq_max)
    VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const ripen = connection.prepare(
    'UPDATE webhook_moves SET delivery_seq_max = ?, event_seq_max = NULL WHERE seq = ?',
  )
  const remove = connection.prepare('DELETE FROM webhook_moves WHERE seq = ?')
  let read: Map<string, StoredMove[]> | null = null

  connection.onUndo(() => {
    read = null
  })

  function all(): Map<string, StoredMove[]> {
    return (read ??= Map.groupBy(selectAll.all().map(moveFrom), ({ webhookId }) => webhookId))
  }

  return {
    of: (webhookId) => all().get(webhookId) ?? [],
    ripeWebhookIds: () =>
      [...all()].flatMap(([webhookId, [first]]) => (first?.waitsFor === null ? [webhookId] : [])),
    waits: (webhookId) =>
      all()
        .get(webhookId)
        ?.some(({ waitsFor }) => waitsFor !== null) ?? false,
    ripen(organizationId) {
      const oldest = fanouts.oldest(organizationId) ?? Number.POSITIVE_INFINITY
      for (const moves of all().values()) {
        for (const stored of moves) {
          if (stored.organizationId !== organizationId || (stored.waitsFor ?? oldest) >= oldest) continue
          stored.lastPlace = selectLast.get()?.seq ?? 0
          stored.waitsFor = null
          ripen.run(stored.lastPlace, stored.seq)
        }
      }
    },
    waitingFor: (webhookId, eventSeq) =>
      all()
        .get(webhookId)
        ?.find(({ waitsFor }) => waitsFor !== null && waitsFor >= eventSeq) ?? null,
    heldBack: (webhookId) =>
      all()
        .get(webhookId)
        ?.some(({ move }) => holdsBack(move)) ?? false,
    add({ seq: webhookSeq, webhook: { id: webhookId, organizationId } }, move, wasLive, now) {
      const queue = all().get(webhookId) ?? []
      const lastPlace = selectLast.get()?.seq ?? 0
      const waitsFor = fanouts.last(organizationId)
      const inserted = insert.run(webhookSeq, move, lastPlace, now, Number(wasLive), waitsFor)
      const stored: StoredMove = {
        seq: Number(inserted.lastInsertRowid),
        webhookId,
        webhookSeq,
        move,
        lastPlace,
        movedAt: now,
        wasLive,
        organizationId,
        waitsFor,
        walk: { pass: 0, after: null },
      }
      all().set(webhookId, [...queue, stored])
    },
    remove({ seq, webhookId }) {
      remove.run(seq)
      const left = (all().get(webhookId) ?? []).filter((stored) => stored.seq !== seq)
      if (left.length > 0) all().set(webhookId, left)
      else all().delete(webhookId)
    },
  }
}

function moveFrom(row: MoveRow): StoredMove {
  return {
    seq: row.seq,
    webhookId: idText('webhook', row.webhook_id),
    webhookSeq: row.webhook_seq,
    move: row.move as WaitingMove,
    lastPlace: row.delivery_seq_max,
    movedAt: row.moved_at,
    wasLive: row.was_live === 1,
    organizationId: row.organization_id,
    waitsFor: row.event_seq_max,
    walk: { pass: 0, after: null },
  }
}
