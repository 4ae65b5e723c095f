import type { Event } from './event.ts'

/**
 * The states of a delivery; ARCHITECTURE.md draws them.
 *
 *   pending ──2xx──▶ delivered          held ──enable, send──▶ pending
 *      │ └─attempts used up─▶ exhausted  │ └──enable, drop──▶ cancelled
 *      └─webhook disabled─▶ held         └──webhook deleted─▶ cancelled
 *
 * A held delivery whose last attempt was in flight when its webhook was disabled may still become delivered or
 * exhausted by that attempt's outcome.
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
  /** Automatic attempts whose outcome is known: the place in the retry schedule. */
  tries: number
  /** Attempts of every kind and outcome, also those a crash cut off. */
  attemptCount: number
  /** When the next attempt may start; null when none is planned. */
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
