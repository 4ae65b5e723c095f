import type { Event } from './event.ts'

/**
 * The states of a delivery; ARCHITECTURE.md draws them.
 *
 *   pending ──2xx──▶ delivered          held ──enable, send──▶ pending
 *      │ └─attempts used up─▶ exhausted  │ └──enable, drop──▶ cancelled
 *      └─webhook stopped──▶ held         └──webhook deleted─▶ cancelled
 *
 *   exhausted, cancelled ──sent again by hand──▶ pending
 *
 * A held delivery whose last attempt was in flight when its webhook was stopped may still become delivered or
 * exhausted by that attempt's outcome. A delivered one that is sent again by hand stays delivered, whatever comes of it.
 */
export const DELIVERY_STATES = ['pending', 'delivered', 'exhausted', 'held', 'cancelled'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

const TRANSITIONS: Record<DeliveryState, readonly DeliveryState[]> = {
  pending: ['delivered', 'exhausted', 'held', 'cancelled'],
  held: ['pending', 'delivered', 'exhausted', 'cancelled'],
  delivered: [],
  exhausted: ['pending'],
  // A request in flight when its webhook was deleted may still be acknowledged; the log must not deny it.
  cancelled: ['delivered', 'pending'],
}

export function canMove(from: DeliveryState, to: DeliveryState): boolean {
  return from === to || TRANSITIONS[from].includes(to)
}

export function isFinished(state: DeliveryState): boolean {
  return state === 'delivered' || state === 'exhausted' || state === 'cancelled'
}

/** `auto` by the schedule; `test` once, with no effect on the webhook's health. */
export type DeliveryKind = 'auto' | 'test'

/**
 * once  — the next attempt was asked for by hand; the schedule stands still for it
 * round — the whole schedule was begun anew by hand, until the delivery ends again
 */
export type ManualSend = 'once' | 'round'

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
  /** Sent again by hand; null when the schedule alone decides. */
  manual: ManualSend | null
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
 * Sends a delivery again by hand, due at `now`. One that is owed gets its next attempt early, beside the schedule; one
 * that was delivered gets one more; one that ended otherwise starts its schedule anew.
 */
export function resend(delivery: Delivery, webhookIsLive: boolean, now: number): Delivery | ResendRefusal {
  if (delivery.kind === 'test') return 'test'
  if (!webhookIsLive || delivery.state === 'held') return 'webhook_stopped'
  if (delivery.leasedAt !== null) return 'in_flight'
  switch (delivery.state) {
    case 'delivered':
      return { ...delivery, manual: 'once', dueAt: now }
    case 'pending':
      if (delivery.dueAt === null) return 'blocked'
      return { ...delivery, manual: delivery.manual ?? 'once', dueAt: now }
    case 'exhausted':
    case 'cancelled':
      return {
        ...delivery,
        state: 'pending',
        manual: 'round',
        orderKey: null,
        tries: 0,
        dueAt: now,
        endedAt: null,
      }
  }
}
