import type { Delivery } from '../../core/delivery.ts'
import type { WaitingMove } from '../../core/webhook.ts'

/** What of a delivery a move looks at. */
export type Waiting = Pick<Delivery, 'state' | 'manual' | 'orderKey' | 'dueAt' | 'leasedAt' | 'endedAt'>

/** What of a delivery a move changes. The lease is not among it: a request in flight must still be recorded. */
export type Moved = Omit<Waiting, 'leasedAt'>

/** What a move makes of a delivery; null when it is none of its business. */
export function movedBy(
  move: WaitingMove,
  waiting: Waiting,
  isFirstOfLine: () => boolean,
  now: number,
): Moved | null {
  const { state, manual, orderKey, dueAt, endedAt } = waiting
  switch (move) {
    case 'hold':
      if (state === 'pending') return { state: 'held', manual, orderKey, dueAt: null, endedAt: null }
      return lapsed(waiting)
    case 'send':
      if (state !== 'held') return null
      return { state: 'pending', manual, orderKey, dueAt: isFirstOfLine() ? now : null, endedAt: null }
    case 'drop':
      return state === 'held' ? cancelled(waiting, now) : null
    case 'cancel':
      return state === 'held' || state === 'pending' ? cancelled(waiting, now) : lapsed(waiting)
    case 'unorder': {
      if (orderKey === null || endedAt !== null) return null
      return { state, manual, orderKey: null, dueAt: isBlocked(waiting) ? now : dueAt, endedAt }
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

/** A delivered one that was to be sent again is delivered and no more. */
function lapsed({ state, orderKey, dueAt, leasedAt, endedAt }: Waiting): Moved | null {
  if (state !== 'delivered' || dueAt === null || leasedAt !== null) return null
  return { state, manual: null, orderKey, dueAt: null, endedAt }
}

/** The attempt in flight, if there is one, still counts as what it was begun as. */
function cancelled({ manual, orderKey, leasedAt }: Waiting, now: number): Moved {
  return {
    state: 'cancelled',
    manual: leasedAt === null ? null : manual,
    orderKey,
    dueAt: null,
    endedAt: now,
  }
}
