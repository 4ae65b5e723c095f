import type { Clock } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import type { Webhook } from '../core/webhook.ts'
import type { FaultPause } from './fault-pause.ts'
import type { FrontRunner } from './front-runner.ts'
import { isOpen, PACING } from './pacing.ts'
import { nextStartAt, startsBy, type RecentEnds } from './rate-limit.ts'

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
  /** Places promised: to deliveries whose accepting commit is under way, and to claims. */
  reserved: number
  /** Bodies of what is ready, promised, in flight or not yet settled. */
  bytes: number
  inFlight: number
  /** Attempts that ended and whose result is not committed yet. */
  unsettled: number
  /** Attempts in flight for longer than `PACING.slowAfterMs`. */
  overdue: number
  /** From its first overdue attempt until one ends in time while none is overdue. */
  slow: boolean
  /** While it is slow: an overdue attempt of it was sent, so that it is the receiver that takes long. */
  answersLate: boolean
  /** What the lane may have in flight; see `allowanceAfter`. */
  allowance: number
  /** What of it still counts against the webhook's rate limit; empty while it has none. */
  readonly recent: RecentEnds
  /** Counted among the lanes that share the smaller part of memory; see places.ts. */
  impeded: boolean
  claiming: boolean
  /** When the first delivery left in the store is due; null when the store holds none that waits. */
  nextDueAt: number | null
  /** While the webhook fails: the delivery that is to be the first to use up its attempts; see `frontRunnerAfter`. */
  frontRunner: FrontRunner | null
  /** The webhook is stopped: nothing of it may start. */
  stopped: boolean
  /**
   * Until when answers that are not committed yet ask for nothing to come, milliseconds; 0 when none does. What is
   * committed stands in the webhook.
   */
  askedUntil: number
  /** Deliveries that somebody sends again by hand, in the store: no pause holds them up. At most `LIMITS.byHandMax`. */
  readonly wanted: Set<string>
  /** Those of them that are ready. */
  readonly byHand: Set<string>
  /** Changes of the webhook that are under way: nothing of it may start until each has told what became of it. */
  pauses: number
  /** How many changes of the webhook have begun. */
  changes: number
  /** How many had when a place was last promised to a delivery that is accepted. */
  changesAtAdmission: number
  /** A change under way, or one beside it, ended without saying what holds now. */
  unsure: boolean
  /** A fault of ours holds it up; see fault-pauses.ts. */
  fault: FaultPause | null
}

export function createLane(webhookId: string, organizationId: number): Lane {
  return {
    webhookId,
    organizationId,
    webhook: null,
    ready: [],
    reserved: 0,
    bytes: 0,
    inFlight: 0,
    unsettled: 0,
    overdue: 0,
    slow: false,
    answersLate: false,
    allowance: PACING.allowanceAtFirst,
    recent: [],
    impeded: false,
    claiming: false,
    nextDueAt: null,
    frontRunner: null,
    stopped: false,
    askedUntil: 0,
    wanted: new Set(),
    byHand: new Set(),
    pauses: 0,
    changes: 0,
    changesAtAdmission: 0,
    unsure: false,
    fault: null,
  }
}

export function isIdle(lane: Lane): boolean {
  return (
    lane.ready.length === 0 &&
    lane.reserved === 0 &&
    lane.inFlight === 0 &&
    lane.unsettled === 0 &&
    lane.pauses === 0 &&
    lane.wanted.size === 0 &&
    !lane.claiming &&
    lane.nextDueAt === null
  )
}

export function isPaused(lane: Lane): boolean {
  return lane.stopped || lane.pauses > 0
}

/** Until when its receiver wants nothing but what is sent by hand, milliseconds; null when it may have all. */
export function restEnd(lane: Lane, clock: Pick<Clock, 'now'>): number | null {
  const until = Math.max(lane.askedUntil, lane.webhook?.pausedUntil ?? 0)
  // Most never asked for anything, and then the time does not matter.
  return until > 0 && until > clock.now() ? until : null
}

/** Whether a delivery of it may start now, as far as its receiver's wishes go. */
export function isWelcome(lane: Lane, { delivery }: LeasedDelivery, clock: Pick<Clock, 'now'>): boolean {
  return lane.byHand.has(delivery.id) || restEnd(lane, clock) === null
}

/** Nothing much of it can start soon: what is ready of it only takes the place of others. */
export function isImpeded(lane: Lane): boolean {
  return lane.slow || lane.fault !== null || isOpen(lane.webhook)
}

/** Work in the store that is due comes first: new deliveries must not overtake it without end. */
export function hasBacklog(lane: Lane, clock: Pick<Clock, 'now'>): boolean {
  return lane.nextDueAt !== null && lane.nextDueAt <= clock.now()
}

/** Remembers that the store holds work due at `dueAt`. */
export function noteDue(lane: Lane, dueAt: number): void {
  lane.nextDueAt = lane.nextDueAt === null ? dueAt : Math.min(lane.nextDueAt, dueAt)
}

/** Keeps the later of two readings of the webhook. */
export function learn(lane: Lane, webhook: Webhook): void {
  if (lane.webhook === null || webhook.revision >= lane.webhook.revision) lane.webhook = webhook
}

/**
 * What one change made of the webhook; null when that is not known. Changes may be answered in another order than they
 * were made in, and a reading of an unfinished commit may seem newer than what holds: where that leaves a doubt, the
 * webhook is forgotten when the last change under way has ended, and read again.
 */
export function hear(lane: Lane, webhook: Webhook | null): void {
  const isOlder = webhook !== null && lane.webhook !== null && webhook.revision < lane.webhook.revision
  if (webhook === null || isOlder) lane.unsure = true
  else lane.webhook = webhook
  if (lane.pauses > 0 || !lane.unsure) return
  lane.webhook = null
  lane.unsure = false
}

/** How many attempts the rate limit lets start by `time`, monotonic milliseconds; infinite without one. */
export function startsAllowedBy(lane: Lane, time: number): number {
  const limit = lane.webhook?.rateLimit ?? null
  return limit === null ? Number.POSITIVE_INFINITY : startsBy(lane.recent, limit, lane.inFlight, time)
}

/** When the rate limit lets the next attempt start, monotonic; infinite when one in flight has to end first. */
export function nextStartOf(lane: Lane, now: number): number {
  const limit = lane.webhook?.rateLimit ?? null
  return limit === null ? now : nextStartAt(lane.recent, limit, lane.inFlight, now)
}
