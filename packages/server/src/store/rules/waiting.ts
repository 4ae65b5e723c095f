import type { Delivery } from '../../core/delivery.ts'
import type { WaitingMove } from '../../core/webhook.ts'

/** What of a delivery a move looks at. */
export type Waiting = Pick<Delivery, 'state' | 'orderKey' | 'dueAt' | 'leasedAt' | 'endedAt'>

/** What of a delivery a move changes. The lease is not among it: a request in flight must still be recorded. */
export type Moved = Omit<Waiting, 'leasedAt'>

/** What a move makes of a delivery; null when it is none of its business. */
export function movedBy(
  move: WaitingMove,
  waiting: Waiting,
  isFirstOfLine: () => boolean,
  now: number,
): Moved | null {
  const { state, orderKey, dueAt, endedAt } = waiting
  switch (move) {
    case 'hold':
      return state === 'pending' ? { state: 'held', orderKey, dueAt: null, endedAt: null } : null
    case 'send':
      if (state !== 'held') return null
      return { state: 'pending', orderKey, dueAt: isFirstOfLine() ? now : null, endedAt: null }
    case 'drop':
      return state === 'held' ? cancelled(waiting, now) : null
    case 'cancel':
      return state === 'held' || state === 'pending' ? cancelled(waiting, now) : null
    case 'unorder': {
      if (orderKey === null || endedAt !== null) return null
      return { state, orderKey: null, dueAt: isBlocked(waiting) ? now : dueAt, endedAt }
    }
  }
}

/** Whether a delivery waits for what goes before it in its order. */
export function isBlocked({
  state,
  dueAt,
  leasedAt,
}: Pick<Waiting, 'state' | 'dueAt' | 'leasedAt'>): boolean {
  return state === 'pending' && dueAt === null && leasedAt === null
}

function cancelled({ orderKey }: Waiting, now: number): Moved {
  return { state: 'cancelled', orderKey, dueAt: null, endedAt: now }
}
