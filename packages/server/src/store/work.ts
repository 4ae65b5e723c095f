import type { AttemptOutcome, AttemptReport } from '../core/attempt.ts'
import type { Delivery, DeliveryKind, DeliveryState, LeasedDelivery } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { Run } from '../core/run.ts'
import type { Webhook, WebhookState } from '../core/webhook.ts'
import type { IdempotencyClaim } from './claim.ts'

/**
 * The hot path. Accepted events, results of attempts and claims on due work share commits: one batch, one
 * transaction, one fsync. The engine reads what the decisions need, asks the pure functions of `Decisions` inside the
 * transaction, and writes what they answer; so the rules live in the stages and the atomicity in the store.
 */
export interface WorkStore {
  /**
   * All of `batch` in one durable transaction, in the order accepts, results, releases, claims. Rejects when nothing of it was
   * written.
   */
  commit(batch: WorkBatch, decisions: Decisions): Promise<WorkOutcome>
  /**
   * At start, before any commit: every lease that a stopped server left behind becomes a recorded attempt with
   * outcome `unknown`, settled by `decisions`. Returns how many. Works in slices of `LIMITS.commitRowsMax`.
   */
  recover(decisions: Pick<Decisions, 'settle'>): Promise<number>
  /** Webhooks that have unleased pending deliveries, with the time the first of them is due. */
  lanes(): Promise<LaneWork[]>
}

export interface WorkBatch {
  accepts: AcceptUnit[]
  results: AttemptResult[]
  claims: LaneClaim[]
  /**
   * Leases given back unused: when the fence still fits, the lease is cleared and nothing else changes; no attempt is
   * recorded, because none was made. Before the claims: what is given back may be claimed again in the same commit.
   */
  releases: LeaseRelease[]
  /** The batch's time, milliseconds: stamps what it writes. */
  now: number
}

/** One request's worth of work: all of it or nothing, whatever the rest of its batch does. */
export interface AcceptUnit {
  claim: IdempotencyClaim | null
  /** Inserted, or replaced when a run of that id is there. */
  run: Run | null
  /** The bytes that `run` judges; kept until the run is removed. Only read when the run is new. */
  submission: Buffer | null
  events: Event[]
  /** Owe the events to this webhook alone, whatever it subscribed to and whether or not it is active. */
  target: { webhookId: string; kind: DeliveryKind } | null
}

export interface AttemptResult {
  deliveryId: string
  /** The lease under which the attempt was made. */
  fence: number
  report: AttemptReport
}

export interface LeaseRelease {
  deliveryId: string
  fence: number
}

/** "Lease me up to `limit` due deliveries of this webhook." */
export interface LaneClaim {
  webhookId: string
  limit: number
}

export interface LaneWork {
  webhookId: string
  organizationId: number
  /** Milliseconds; when the first unleased pending delivery is due. */
  nextDueAt: number
}

/** The rules a commit applies. All are synchronous; all but `admit` are pure. */
export interface Decisions {
  /** Is this event owed to this webhook? Asked of webhooks of the event's organization that name its type. */
  match(event: Event, webhook: Webhook): boolean
  /**
   * Is there room in this process to send a delivery of this webhook at once? If so it is born leased. Each yes takes
   * a place, which the caller gives back when the commit fails.
   */
  admit(webhook: Webhook): boolean
  settle(facts: SettleFacts): Settlement
}

export interface SettleFacts {
  delivery: Delivery
  webhook: Webhook
  outcome: AttemptOutcome
  /** Null when the outcome is `unknown`. */
  report: AttemptReport | null
  /** How many attempts of this delivery a crash cut off before. */
  unknownBefore: number
  now: number
}

export interface Settlement {
  delivery: { state: DeliveryState; tries: number; dueAt: number | null; endedAt: number | null }
  /** The webhook's new state; null when the outcome leaves it as it is. */
  webhook: WebhookState | null
  /** The webhook stops with this outcome: its pending deliveries become held. */
  holdPending: boolean
}

export interface WorkOutcome {
  /** In the order of the batch. */
  accepts: AcceptOutcome[]
  results: ResultOutcome[]
  claims: ClaimOutcome[]
}

export type AcceptOutcome =
  | {
      outcome: 'accepted'
      /** How many webhooks each event is owed to, in the order of the unit's events; held ones count. */
      deliveries: number[]
      /** Deliveries born leased, to be sent now. */
      leased: LeasedDelivery[]
      /** Webhooks whose new deliveries stay in the store for want of room. */
      waiting: { webhookId: string; organizationId: number }[]
      /** Ids of the deliveries made for `target`. */
      targeted: string[]
    }
  | { outcome: 'replayed'; resourceId: string }
  | { outcome: 'conflict' }
  /** This unit alone could not be written, e.g. its workflow is gone. */
  | { outcome: 'refused'; error: Error }

export type ResultOutcome =
  /** The lease was no longer ours: nothing was written. */
  | { stale: true }
  | {
      stale: false
      delivery: Delivery
      /** The webhook after the settlement. */
      webhook: Webhook
      /** The webhook was stopped by this very result. */
      stopped: boolean
    }

export interface ClaimOutcome {
  webhookId: string
  leased: LeasedDelivery[]
  /** When the next unleased pending delivery of the webhook is due; null when there is none. */
  nextDueAt: number | null
}
