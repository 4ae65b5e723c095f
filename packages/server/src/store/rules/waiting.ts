import { canMove, isFinished } from '../../core/delivery.ts'
import type { Delivery, DeliveryState } from '../../core/delivery.ts'
import type { WaitingDeliveries } from '../../core/webhook.ts'

/** Which of a webhook's waiting deliveries move, and where to. */
export interface WaitingMove {
  from: readonly ('pending' | 'held')[]
  to: DeliveryState
}

const MOVES: Record<WaitingDeliveries, WaitingMove | null> = {
  keep: null,
  hold: { from: ['pending'], to: 'held' },
  send: { from: ['held'], to: 'pending' },
  drop: { from: ['held'], to: 'cancelled' },
  cancel: { from: ['pending', 'held'], to: 'cancelled' },
}

export function moveOf(waiting: WaitingDeliveries): WaitingMove | null {
  return MOVES[waiting]
}

/** The columns that a move changes. A lease is not among them: a request in flight must still be recorded. */
export function movedTo(to: DeliveryState, time: number): Pick<Delivery, 'state' | 'dueAt' | 'endedAt'> {
  return { state: to, dueAt: to === 'pending' ? time : null, endedAt: isFinished(to) ? time : null }
}

/** Refuses a move that the state machine does not draw: such a decision is a bug and must not reach the log. */
export function assertCanMove(delivery: Delivery, to: DeliveryState): void {
  if (!canMove(delivery.state, to)) {
    throw new Error(`delivery ${delivery.id} cannot move from ${delivery.state} to ${to}`)
  }
}
