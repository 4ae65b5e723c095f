import type { Event } from './event.ts'

/**
 * The states of a delivery; ARCHITECTURE.md draws them.
 *
 *   pending ──2xx──▶ delivered          held ──enable, send──▶ pending
 *      │ └─attempts used up─▶ exhausted  │ └──enable, drop──▶ cancelled
 *      └─webhook stopped──▶ held         └──webhook deleted─▶ cancelled
 *
 * Ends are final: sending a delivery again makes another one (`resendOf`). A held delivery whose last attempt was in flight
 * when its webhook was stopped may still become delivered or exhausted by that attempt's outcome, and a cancelled one
 * delivered.
 */
export const DELIVERY_STATES = ['pending', 'delivered', 'exhausted', 'held', 'cancelled'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

const TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
  pending: ['delivered', 'exhausted', 'held', 'cancelled'],
  held: ['pending', 'delivered', 'exhausted', 'cancelled'],
  delivered: [],
  exhausted: [],
  // A request in flight when its webhook was deleted may still be acknowledged; the log must not deny it.
  cancelled: ['delivered'],
}

export function canMove(from: DeliveryState, to: DeliveryState): boolean {
  return from === to || TRANSITIONS[from].includes(to)
}

export function isFinished(state: DeliveryState): boolean {
  return state === 'delivered' || state === 'exhausted' || state === 'cancelled'
}

/** `auto` by the schedule; `test` once, with no effect on the webhook's health. */
export type DeliveryKind = 'auto' | 'test'

/** One event owed to one webhook. */
export interface Delivery {
  /** `dlv_…` */
  id: string
  organizationId: number
  eventId: string
  webhookId: string
  kind: DeliveryKind
  state: DeliveryState
  /** Attempts whose outcome is known since the schedule began: the place in it. */
  tries: number
  /** Attempts of every kind and outcome, also those a crash cut off. */
  attemptCount: number
  /** The delivery that this one sends again, asked for by hand; null when it is the first of its event at its webhook. */
  resendOf: string | null
  /** Deliveries of the webhook with the same order key go one after the other; null when in no order. */
  orderKey: string | null
  /** When the next attempt may start; null when none is planned, or when an earlier one of its order goes first. */
  dueAt: number | null
  /** When the current lease was taken; null when nobody holds it. */
  leasedAt: number | null
  /** Counts leases. A result that bears an older number is dropped. */
  fence: number
  createdAt: number
  endedAt: number | null
}

/** A delivery this process may send now: its lease is committed. */
export interface LeasedDelivery {
  delivery: Delivery
  event: Event
}

/** The line that a delivery made now stands in; '' is the one line of a webhook that is ordered as a whole. */
export function orderKeyOf(ordering: 'webhook' | 'key' | null, eventKey: string | null): string | null {
  if (ordering === null) return null
  return ordering === 'webhook' ? '' : eventKey
}

/** Why a delivery cannot be sent again now; a test never can, another one is made instead. */
export type ResendRefusal = 'test' | 'webhook_stopped' | 'in_flight' | 'blocked'

/**
 * Sends a delivery again by hand, due at `now`. Of one that is owed the next attempt of its schedule is due now; for one that has
 * ended another is made, with the id `newId`, a whole schedule of its own and no place in any order: its turn is over.
 */
export function resend(
  delivery: Delivery,
  webhookIsLive: boolean,
  newId: () => string,
  now: number,
): Delivery | ResendRefusal {
  const refusal = resendRefusal(delivery, webhookIsLive)
  if (refusal !== null) return refusal
  if (delivery.state === 'pending') return { ...delivery, dueAt: now }
  const { organizationId, eventId, webhookId, id: resendOf } = delivery
  return waitingDelivery({ id: newId(), organizationId, eventId, webhookId, resendOf }, now)
}

/** Why it cannot be sent again now; null when it can. */
export function resendRefusal(delivery: Delivery, webhookIsLive: boolean): ResendRefusal | null {
  if (delivery.kind === 'test') return 'test'
  if (!webhookIsLive || delivery.state === 'held') return 'webhook_stopped'
  if (delivery.leasedAt !== null) return 'in_flight'
  return delivery.state === 'pending' && delivery.dueAt === null ? 'blocked' : null
}

/** A delivery that nobody has touched, due at `now`, outside of any order. */
export function waitingDelivery(
  made: Pick<Delivery, 'id' | 'organizationId' | 'eventId' | 'webhookId' | 'resendOf'>,
  now: number,
): Delivery {
  return {
    ...made,
    kind: 'auto',
    state: 'pending',
    tries: 0,
    attemptCount: 0,
    orderKey: null,
    dueAt: now,
    leasedAt: null,
    fence: 0,
    createdAt: now,
    endedAt: null,
  }
}
