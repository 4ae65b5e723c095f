import { holdsBack } from '../../core/webhook.ts'
import type { WaitingMove } from '../../core/webhook.ts'
import type { QueuedMove } from '../rules/moves.ts'
import type { Connection } from './connection.ts'
import { idText } from './ids.ts'
import type { CachedWebhook } from './webhook-cache.ts'

/** A delivery's place is its `seq`. */
export interface StoredMove extends QueuedMove<number> {
  seq: number
  webhookId: string
  webhookSeq: number
  /** How far it has come (see move-walk.ts). Not stored: a walk that begins again finds nothing of what was moved. */
  walk: { pass: number; after: readonly (number | Uint8Array)[] | null }
}

/**
 * The moves that are not done, with a copy in memory: every delivery that is born asks about them. No other process
 * makes any while the server runs. After something was undone the copy is read anew.
 */
export interface WebhookMoves {
  /** In the order they were asked for. */
  of(webhookId: string): readonly StoredMove[]
  webhookIds(): string[]
  /** Whether a move is left that must be made before anything of the webhook may start. */
  heldBack(webhookId: string): boolean
  add(entry: CachedWebhook, move: WaitingMove, now: number): void
  remove(stored: StoredMove): void
}

interface MoveRow {
  seq: number
  webhook_id: Uint8Array
  webhook_seq: number
  move: string
  delivery_seq_max: number
  moved_at: number
}

export function createWebhookMoves(connection: Connection): WebhookMoves {
  const selectAll = connection.prepare<MoveRow>(`
    SELECT m.seq, w.id AS webhook_id, m.webhook_seq, m.move, m.delivery_seq_max, m.moved_at
    FROM webhook_moves m CROSS JOIN webhooks w ON w.seq = m.webhook_seq ORDER BY m.seq`)
  const selectLast = connection.prepare<{ seq: number | null }>('SELECT max(seq) AS seq FROM deliveries')
  const insert = connection.prepare(
    'INSERT INTO webhook_moves (webhook_seq, move, delivery_seq_max, moved_at) VALUES (?, ?, ?, ?)',
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
    webhookIds: () => [...all().keys()],
    heldBack: (webhookId) =>
      all()
        .get(webhookId)
        ?.some(({ move }) => holdsBack(move)) ?? false,
    add({ seq: webhookSeq, webhook: { id: webhookId } }, move, now) {
      const queue = all().get(webhookId) ?? []
      const lastPlace = selectLast.get()?.seq ?? 0
      const seq = Number(insert.run(webhookSeq, move, lastPlace, now).lastInsertRowid)
      const walk = { pass: 0, after: null }
      all().set(webhookId, [...queue, { seq, webhookId, webhookSeq, move, lastPlace, movedAt: now, walk }])
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
    walk: { pass: 0, after: null },
  }
}
