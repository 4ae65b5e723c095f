import type { DeliveryState } from '../core/delivery.ts'
import { DELIVERY_STATES } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { Webhook } from '../core/webhook.ts'

/**
 * A delivery's state, or `never` for an event that the webhook has no delivery of. An event is no longer among those once
 * the sweep took a delivery of it, to whomever: it may have been this webhook's.
 */
export const REPLAY_STATES = [...DELIVERY_STATES, 'never'] as const
export type ReplayState = DeliveryState | 'never'

export interface ReplayRequest {
  webhook: Webhook
  /** Events accepted from `since` on and before `until`, milliseconds. */
  since: number
  until: number
  states: readonly ReplayState[]
  types: readonly string[]
  /** Where the slice before ended; null for the first. */
  after: string | null
  /** Events that one slice reads. */
  limit: number
}

export interface ReplayItem {
  eventId: string
  /** Null when there is none yet. */
  deliveryId: string | null
  state: ReplayState
  /** The delivery's, so that an attempt made since can be told; null when there is none. */
  fence: number | null
}

export interface ReplaySlice {
  /** An item without a delivery comes with its event, so that scope and filter can be judged. */
  items: (ReplayItem & { event: Event | null })[]
  /** The `after` of the next slice; null after the last. */
  next: string | null
}
