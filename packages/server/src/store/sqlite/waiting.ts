import type { WaitingDeliveries } from '../../core/webhook.ts'
import { moveOf, movedTo } from '../rules/waiting.ts'
import type { Connection } from './connection.ts'
import { STATES, numberOf } from './words.ts'

export type MoveWaiting = (webhookSeq: number, waiting: WaitingDeliveries, time: number) => void

/** Moves a webhook's waiting deliveries; their leases stay. */
export function createMoveWaiting(connection: Connection): MoveWaiting {
  const move = connection.prepare(
    'UPDATE deliveries SET state = ?, due_at = ?, ended_at = ? WHERE webhook_seq = ? AND state = ?',
  )
  return (webhookSeq, waiting, time) => {
    const { from, to } = moveOf(waiting) ?? { from: [], to: 'held' }
    const { state, dueAt, endedAt } = movedTo(to, time)
    for (const source of from) {
      move.run(numberOf(STATES, state), dueAt, endedAt, webhookSeq, numberOf(STATES, source))
    }
  }
}
