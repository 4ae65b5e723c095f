import type { Alert } from '../core/alert.ts'
import type { Audience } from '../core/audience.ts'
import type { AttemptOutcome, AttemptReport } from '../core/attempt.ts'
import type { Delivery, DeliveryKind, LeasedDelivery } from '../core/delivery.ts'
import type { Address, Event } from '../core/event.ts'
import type { Monitor } from '../core/monitor.ts'
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
   * `batch` in one durable transaction, in the order accepts, results, announcements, releases, claims. Rejects when
   * nothing of it was written. Does no more than one step of the event loop may (`LIMITS.stepRowsMax`): what is left over
   * of a kind is missing at the end of its outcomes and has to be handed in again. Something is always done.
   */
  commit(batch: WorkBatch, decisions: Decisions): Promise<WorkOutcome>
  /**
   * At start, before any commit: every lease that a stopped server left behind becomes a recorded attempt with
   * outcome `unknown`, settled by `decisions`. Returns how many. Works in slices of `LIMITS.commitRowsMax`. One that
   * cannot be settled waits for `LIMITS.faultWaitMs`, as a result would; `onFault` hears of each.
   */
  recover(decisions: Pick<Decisions, 'settle'>, onFault?: (error: Error) => void): Promise<number>
  /**
   * The latest time by which anything was accepted, leased or ended, milliseconds; 0 when nothing was. What the engine that
   * wrote it held for now, whatever the wall clock says since.
   */
  lastTime(): Promise<number>
  /** Webhooks that have unleased deliveries with an attempt planned, with the time the first of them is due. */
  lanes(): Promise<LaneWork[]>
  /**
   * The next slice, of at most `LIMITS.moveRowsPerSlice` deliveries, of the moves that are not done (see `WaitingMove`).
   * A webhook's moves are made in the order they were asked for; webhooks take turns. Null when none is left to do.
   */
  moveWaiting(): Promise<MoveProgress | null>
  /**
   * The next slice, of at most `LIMITS.fanoutRowsPerSlice`, of the deliveries that follow the commit which accepted their
   * events (`AcceptOutcome.fansOut`). Those of one organization are made in the order of acceptance; organizations take
   * turns. Null when none is left to make.
   */
  bearWaiting(): Promise<FanoutProgress | null>
  /**
   * Asks `announce` about webhooks of which something was put off until `now`, as many as one step may, and accepts what it
   * answers. Nothing is born leased.
   */
  announceDue(decisions: Pick<Decisions, 'match' | 'announce'>, now: number): Promise<DueAnnouncements>
}

export interface FanoutProgress {
  organizationId: number
  /** Webhooks that got a delivery which may start now. */
  due: string[]
  /** Nothing of this organization is left. */
  done: boolean
}

export interface MoveProgress {
  webhookId: string
  organizationId: number
  /** No move of this webhook is left: its deliveries may start. */
  done: boolean
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
  /**
   * Inserted, or replaced when a run of that id is there and has not ended. One that has is `replayed`. The end of a
   * monitor's run changes the monitor too (`afterRun` of core/monitor.ts).
   */
  run: Run | null
  /** The bytes that `run` judges; kept until the run is removed. Only read when the run is new. */
  submission: Buffer | null
  events: Event[]
  /** Rules that the run matched. */
  alerts?: readonly Alert[]
  /** Whom events are owed to beside their subscribers, by event id; a webhook that is gone is passed over. */
  addresses?: ReadonlyMap<string, Address>
  /** The events tell of a monitor's health. Nothing is written, and the unit is `replayed`, when that is not so any more. */
  told?: MonitorTold
  /** Owe the events to this webhook alone, whatever it subscribed to and whether or not it is active. */
  target: { webhookId: string; kind: DeliveryKind } | null
  /**
   * Which filters let which event through: by event id, then by the filter's text. A webhook whose filter is not in it
   * was changed since, and the unit is refused with `FilterUnjudged`. Absent when the unit's events pass every filter.
   */
  filtered?: ReadonlyMap<string, ReadonlyMap<string, boolean>>
  /**
   * Who hears these events, when there are too many to ask inside a commit: without it such a unit is refused with
   * `HearersUnknown`. So is one whose organization's webhooks were changed since.
   */
  hearers?: Hearers
}

export interface MonitorTold {
  /** As it was when it was decided what to tell. */
  monitor: Monitor
  /** What its row says from then on. */
  telling: Monitor['telling']
}

export interface Hearers {
  /** The webhooks as they were: see `WebhookStore.hearers`. */
  version: number
  /** Subscribers that match, by event id; nobody hears an event that is not in it. */
  byEvent: ReadonlyMap<string, Audience>
  /** How many of the events the filter of each webhook passed over, by its id. */
  passedOver: ReadonlyMap<string, number>
}

/** Too many webhooks may hear a unit's events: find out who does before its commit, and hand it in once more. */
export class HearersUnknown extends Error {
  constructor() {
    super('Who hears these events has to be found before they are committed')
  }
}

/** A unit met a filter that was not judged before its commit: judge again and hand it in once more. */
export class FilterUnjudged extends Error {}

export interface AttemptResult {
  deliveryId: string
  /** The lease under which the attempt was made. */
  fence: number
  report: AttemptReport
  /**
   * The delivery as that lease was given, from whoever still has it. Mostly nothing has touched it since, and an engine
   * that finds it so need not read it.
   */
  leased?: Delivery
  /** Where the request went, and the type of the event that it carried; absent when that is not known. */
  sentTo?: string
  eventType?: string
}

export interface LeaseRelease {
  deliveryId: string
  fence: number
}

/**
 * "Lease me up to `limit` due deliveries of this webhook, and stop after `bytesMax` of bodies; but one at least." Nothing
 * is due before the webhook's `pausedUntil`.
 */
export interface LaneClaim {
  webhookId: string
  limit: number
  bytesMax: number
  /** Pass over what was due before this time, milliseconds. */
  dueFrom?: number
  /** This delivery alone, if it is due, also while the receiver wants to be left alone: it is sent by hand. */
  deliveryId?: string
}

export interface LaneWork {
  webhookId: string
  organizationId: number
  /** Milliseconds; when the first unleased pending delivery is due, and not before `pausedUntil`. */
  nextDueAt: number
}

/** The rules a commit applies. All are synchronous; all but `admit` are pure. */
export interface Decisions {
  /**
   * Is this event owed to this webhook? Asked of webhooks of the event's organization that name its type. May throw
   * `FilterUnjudged`, which refuses the unit.
   */
  match(event: Event, webhook: Webhook, filtered: AcceptUnit['filtered']): boolean
  /**
   * Is there room in this process to send a delivery of this webhook, with a body of so many bytes, at once? If so it
   * is born leased. Each yes takes a place, which the caller gives back when the commit fails.
   */
  admit(webhook: Webhook, bytes: number): boolean
  settle(facts: SettleFacts): Settlement
  /**
   * What the organization is told of how its webhook fares. Asked of each result that changed its webhook, and again
   * when what was put off is due. The events become part of the same commit, and so does what is
   * remembered of having told them.
   */
  announce(turn: Turn): Announcement
}

export interface Turn {
  before: Webhook
  /** As it is stored now. The same as `before` when nothing happened but that the time has come. */
  after: Webhook
  /** The type of the event whose attempt changed it, or several; null when what was put off is due. */
  carried: readonly string[] | null
  now: number
  /** When the organization's last events of these types were made since then, oldest first: of more than `limit`, the last. */
  timesOf: (types: readonly string[], since: number, limit: number) => number[]
}

export interface Announcement {
  events: Event[]
  telling: Webhook['telling']
}

export interface SettleFacts {
  delivery: Delivery
  webhook: Webhook
  outcome: AttemptOutcome
  /** Null when the outcome is `unknown`. */
  report: AttemptReport | null
  /** Where the request went; null when that is not known. */
  sentTo: string | null
  /** How many attempts of this delivery a crash cut off before. */
  unknownBefore: number
  /** How many attempts of this delivery were not sent right before this one; 0 unless this one was not sent either. */
  notSentBefore: number
  now: number
}

export interface Settlement {
  delivery: Pick<Delivery, 'state' | 'tries' | 'dueAt' | 'endedAt'>
  /** The webhook's new state; null when the outcome leaves it as it is. */
  webhook: WebhookState | null
  /** The webhook stops with this outcome: its pending deliveries become held. */
  holdPending: boolean
}

export interface WorkOutcome {
  /** In the order of the batch; shorter when the rest was left to the next commit. */
  accepts: AcceptOutcome[]
  results: ResultOutcome[]
  claims: ClaimOutcome[]
  /** What `announce` made of this batch's results, and what acceptance made of it; in the order of the results. */
  announced: Announced[]
  /** When the first of what this batch put off is to be told, milliseconds; null when it put off nothing. */
  tellAt: number | null
}

export interface DueAnnouncements {
  announced: Announced[]
  /** When the next is to be told, milliseconds; it may be due already. Null when nothing is put off. */
  nextDueAt: number | null
}

export interface Announced {
  /** Empty when `announce` itself failed. */
  events: Event[]
  /** `refused`: a fault of the program, which must not lose the result it is about. The events were not written. */
  outcome: Extract<AcceptOutcome, { outcome: 'accepted' | 'refused' }>
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
      /** Deliveries are owed and not made yet: `WorkStore.bearWaiting` makes them. */
      fansOut: boolean
    }
  /** The request was accepted before, the run had ended before, or what was to be told is not so: nothing was written. */
  | { outcome: 'replayed'; resourceId: string }
  | { outcome: 'conflict' }
  /** This unit alone could not be written, e.g. its workflow is gone. */
  | { outcome: 'refused'; error: Error }

export type ResultOutcome =
  /** The lease was no longer ours: nothing was written. */
  | { stale: true; error?: never }
  /**
   * Settling this result alone failed, which is a fault of the program. The delivery waits for `LIMITS.faultWaitMs` and
   * is then tried again; the attempt is not in the log.
   */
  | { stale: true; error: Error }
  | {
      stale: false
      delivery: Delivery
      /** The webhook after the settlement. */
      webhook: Webhook
      /** The webhook was stopped by this very result; its deliveries begin to move. */
      stopped: boolean
      /** The delivery ended, and the next one of its order is due now. */
      unblocked: boolean
    }

export interface ClaimOutcome {
  webhookId: string
  leased: LeasedDelivery[]
  /** When the next unleased pending delivery of the webhook is due, not before `pausedUntil`; null when there is none. */
  nextDueAt: number | null
}
