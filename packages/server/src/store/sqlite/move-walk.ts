import type { WaitingMove } from '../../core/webhook.ts'
import type { PlacedDelivery } from '../rules/moves.ts'
import type { Connection, Statement } from './connection.ts'
import type { StoredMove } from './webhook-moves.ts'
import { HELD, PENDING, STATES, wordOf } from './words.ts'

interface WaitingRecord {
  seq: number
  id: Uint8Array
  state: number
  order_key: string | null
  due_at: number | null
  leased_at: number | null
  ended_at: number | null
}

type Position = NonNullable<StoredMove['walk']['after']>

/**
 * A walk along one index. What is moved leaves it, what is not is passed by, so a slice reads no more than its share
 * however many rows there are.
 */
interface Pass {
  select: Statement<WaitingRecord>
  start: Position
  positionOf: (row: WaitingRecord) => Position
}

/** The next rows that a move may be about; see `MovePort.read`. */
export function createWalk(
  connection: Connection,
): (queued: StoredMove, limit: number) => PlacedDelivery<number>[] | null {
  const passesOf = createPasses(connection)

  return ({ move, webhookSeq, walk }, limit) => {
    for (;;) {
      const pass = passesOf[move][walk.pass]
      if (pass === undefined) return null
      const rows = pass.select.all(webhookSeq, ...(walk.after ?? pass.start), limit)
      const last = rows.at(-1)
      if (last !== undefined) walk.after = pass.positionOf(last)
      if (rows.length < limit) {
        walk.pass += 1
        walk.after = null
      }
      // Rows of one pass at a time: what is moved by then is gone from the next.
      if (rows.length > 0) return rows.map(placedFrom)
    }
  }
}

/** INDEXED BY, since the planner does not know how few of a webhook's deliveries wait. */
function createPasses(connection: Connection): Record<WaitingMove, readonly Pass[]> {
  const columns = 'seq, id, state, order_key, due_at, leased_at, ended_at'
  const inState = (state: number): Pass => ({
    select: connection.prepare(`
      SELECT ${columns} FROM deliveries INDEXED BY deliveries_webhook
      WHERE webhook_seq = ? AND state = ${state} AND id > ? ORDER BY id LIMIT ?`),
    start: [new Uint8Array()],
    positionOf: (row) => [row.id],
  })
  const pending = inState(PENDING)
  const held = inState(HELD)
  return {
    hold: [pending],
    send: [held],
    drop: [held],
    cancel: [pending, held],
    unorder: [pending, held],
  }
}

function placedFrom(row: WaitingRecord): PlacedDelivery<number> {
  return {
    place: row.seq,
    state: wordOf(STATES, row.state),
    orderKey: row.order_key,
    dueAt: row.due_at,
    leasedAt: row.leased_at,
    endedAt: row.ended_at,
  }
}
