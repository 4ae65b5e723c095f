import type { LeasedDelivery } from '../core/delivery.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'

/**
 * The work of one webhook that this process knows of. Deliveries in `ready` are leased and wait for a slot; the rest of
 * the webhook's backlog stays in the store, of which the lane knows only when its first one is due.
 */
export interface Lane {
  readonly webhookId: string
  readonly organizationId: number
  /** As last committed; null until it is needed. */
  webhook: Webhook | null
  readonly ready: LeasedDelivery[]
  /** Places promised to deliveries whose accepting commit is under way. */
  reserved: number
  inFlight: number
  claiming: boolean
  /** When the first delivery left in the store is due; null when the store holds none that waits. */
  nextDueAt: number | null
  /** The webhook is stopped: nothing of it may start. */
  stopped: boolean
  /** Changes of the webhook that are under way: nothing of it may start until each has told what became of it. */
  pauses: number
}

export function createLane(webhookId: string, organizationId: number): Lane {
  return {
    webhookId,
    organizationId,
    webhook: null,
    ready: [],
    reserved: 0,
    inFlight: 0,
    claiming: false,
    nextDueAt: null,
    stopped: false,
    pauses: 0,
  }
}

/** Deliveries the lane may still take into memory. */
export function roomIn(lane: Lane): number {
  return LIMITS.laneReadyMax - lane.ready.length - lane.reserved
}

export function isIdle(lane: Lane): boolean {
  return (
    lane.ready.length === 0 &&
    lane.reserved === 0 &&
    lane.inFlight === 0 &&
    lane.pauses === 0 &&
    !lane.claiming &&
    lane.nextDueAt === null
  )
}

export function isPaused(lane: Lane): boolean {
  return lane.stopped || lane.pauses > 0
}

/** Work in the store that is due comes first: new deliveries must not overtake it without end. */
export function hasBacklog(lane: Lane, now: number): boolean {
  return lane.nextDueAt !== null && lane.nextDueAt <= now
}

/** Remembers that the store holds work due at `dueAt`. */
export function noteDue(lane: Lane, dueAt: number | null): void {
  if (dueAt === null) return
  lane.nextDueAt = lane.nextDueAt === null ? dueAt : Math.min(lane.nextDueAt, dueAt)
}
