import type { WaitingMove } from '../../core/webhook.ts'
import { makeSlice, nextInTurn, startMoves } from '../rules/moves.ts'
import type { MovePort } from '../rules/moves.ts'
import type { MoveProgress } from '../work.ts'
import type { Connection } from './connection.ts'
import type { Lines } from './lines.ts'
import { createWalk } from './move-walk.ts'
import type { CachedWebhook, WebhookCache } from './webhook-cache.ts'
import type { StoredMove, WebhookMoves } from './webhook-moves.ts'
import { STATES, numberOf } from './words.ts'

export interface WaitingDeliveries {
  /**
   * Asks for moves of a webhook's deliveries and begins to make them, in the caller's transaction. `wasLive`: whether the
   * webhook was before the change.
   */
  start(entry: CachedWebhook, moves: readonly WaitingMove[], wasLive: boolean, now: number): void
  /** The next slice, in a transaction of its own. */
  next(): Promise<MoveProgress | null>
}

export function createWaitingDeliveries(
  connection: Connection,
  { webhooks, moves, lines }: { webhooks: WebhookCache; moves: WebhookMoves; lines: Lines },
  rowsPerSlice: number,
): WaitingDeliveries {
  const read = createWalk(connection)
  const save = createSave(connection)
  let last: string | null = null

  function portOf(entry: CachedWebhook): MovePort<number, StoredMove> {
    return {
      queued: () => moves.of(entry.webhook.id),
      queue: (move, wasLive, now) => moves.add(entry, move, wasLive, now),
      isRipe: ({ waitsFor }) => waitsFor === null,
      done: (queued) => moves.remove(queued),
      read,
      save,
      firstOfLine: (orderKey) => lines.first(entry.seq, orderKey),
      unblock: (orderKey, now) => void lines.unblock(entry.seq, orderKey, now),
    }
  }

  return {
    start: (entry, asked, wasLive, now) => startMoves(portOf(entry), asked, wasLive, now, rowsPerSlice),
    next: () =>
      connection.commit(() => {
        last = nextInTurn(moves.ripeWebhookIds(), last)
        if (last === null) return null
        const entry = webhooks.byId(last)
        if (entry === null) throw new Error(`a move has lost its webhook ${last}`)
        makeSlice(portOf(entry), rowsPerSlice)
        const { id: webhookId, organizationId } = entry.webhook
        return { webhookId, organizationId, done: moves.of(webhookId).length === 0 }
      }),
  }
}

function createSave(connection: Connection): MovePort<number, StoredMove>['save'] {
  // A column that is set has its indexes rewritten, changed or not: most moves leave the last two as they are.
  const shift = connection.prepare('UPDATE deliveries SET state = ?, due_at = ? WHERE seq = ?')
  const take = connection.prepare(
    'UPDATE deliveries SET state = ?, due_at = ?, order_key = ?, ended_at = ? WHERE seq = ?',
  )

  return (row, { state, orderKey, dueAt, endedAt }) => {
    const changes = [numberOf(STATES, state), dueAt] as const
    if (orderKey === row.orderKey && endedAt === row.endedAt) shift.run(...changes, row.place)
    else take.run(...changes, orderKey, endedAt, row.place)
  }
}
