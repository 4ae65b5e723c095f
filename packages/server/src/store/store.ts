import type { Alert, AlertRule } from '../core/alert.ts'
import type { Attempt } from '../core/attempt.ts'
import type { Delivery, DeliveryState, ResendRefusal } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { CustomEventType } from '../core/event-type.ts'
import type { Monitor } from '../core/monitor.ts'
import type { ApiKey, Organization, Project } from '../core/organization.ts'
import type { Run, Submission } from '../core/run.ts'
import type { Webhook, WebhookChange } from '../core/webhook.ts'
import type { Workflow } from '../core/workflow.ts'
import type { ClaimVerdict, IdempotencyClaim } from './claim.ts'
import type { ReplayItem, ReplayRequest, ReplaySlice } from './replay.ts'
import type { WorkStore } from './work.ts'

/**
 * What the stages need of a storage engine. Every engine passes the suite in conformance/. Methods are asynchronous
 * because PostgreSQL's are; each is one transaction, durable when its promise resolves. Every call that names
 * something inside an organization takes the organization, so that no tenant's id ever finds another's row.
 *
 * Errors: an engine throws `Problem('store_full')` when the disk is full and `Problem('store_unavailable')` when it
 * cannot take the work; anything else is a fault of the engine.
 */
export interface Store {
  readonly work: WorkStore
  readonly organizations: OrganizationStore
  readonly projects: ProjectStore
  readonly workflows: WorkflowStore
  readonly monitors: MonitorStore
  readonly runs: RunStore
  readonly alertRules: AlertRuleStore
  readonly alerts: AlertStore
  readonly webhooks: WebhookStore
  readonly eventTypes: EventTypeStore
  readonly events: EventStore
  readonly deliveries: DeliveryStore
  readonly keys: KeyStore
  readonly claims: ClaimStore
  readonly retention: RetentionStore
  /**
   * What a read has shown may not be durable yet. Null when everything that was written is; otherwise resolves when it is.
   * Nothing that was read may leave this process before.
   */
  durable(): Promise<void> | null
  /** Resolves when the engine can read and write; rejects with the reason when it cannot. */
  check(): Promise<void>
  /** Safe to call twice. */
  close(): Promise<void>
}

/** Lists are newest first. `before` is the id of the last row of the page before. */
/** A page may have fewer rows than were asked for, where they are large: `next` says whether more follow. */
export interface PageRequest {
  limit: number
  before: string | null
}

export interface Page<Row> {
  rows: Row[]
  /** The `before` of the next page; null on the last one. */
  next: string | null
}

export type { IdempotencyClaim }

/** What became of a request that may bear an Idempotency-Key. */
export type Created<Row> =
  | { outcome: 'created'; row: Row }
  /** The same request was answered before, and made this. */
  | { outcome: 'replayed'; resourceId: string; sealedAnswer: string | null }
  /** The key was used for a different request. */
  | { outcome: 'conflict' }

export interface ClaimStore {
  /** What a request would be told that is refused before it could make anything: an earlier one may have been accepted. */
  judge(claim: IdempotencyClaim): Promise<ClaimVerdict>
}

export interface OrganizationStore {
  /** Makes the organization and its default project. `already_exists` when the slug is taken. */
  create(organization: Omit<Organization, 'id'>, defaultProjectId: string): Promise<Organization>
  /** The same together with its first API key. The claim is on the Idempotency-Key of the one who asks. */
  createWithKey(
    organization: Omit<Organization, 'id'>,
    defaultProjectId: string,
    firstKey: Omit<ApiKey, 'organizationId'>,
    claim: IdempotencyClaim | null,
  ): Promise<Created<Organization>>
  bySlug(slug: string): Promise<Organization | null>
  byId(id: number): Promise<Organization | null>
  list(): Promise<Organization[]>
}

export interface ProjectStore {
  create(project: Project, claim: IdempotencyClaim | null): Promise<Created<Project>>
  get(organizationId: number, id: string): Promise<Project | null>
  default(organizationId: number): Promise<Project>
  list(organizationId: number, page: PageRequest): Promise<Page<Project>>
  rename(organizationId: number, id: string, name: string): Promise<Project | null>
  /** False when there is none; `in_use` when workflows belong to it or it is the default one. */
  remove(organizationId: number, id: string): Promise<boolean>
}

export interface WorkflowStore {
  /** `already_exists` when the slug is taken in the organization. The claim's `resourceId` is set by the store. */
  create(workflow: Omit<Workflow, 'id'>, claim: IdempotencyClaim | null): Promise<Created<Workflow>>
  /** By integer id (decimal digits only) or by slug. */
  find(organizationId: number, idOrSlug: string): Promise<Workflow | null>
  /** Removed ones too: their runs still name them. */
  byId(organizationId: number, id: number): Promise<Workflow | null>
  /** Page cursors are decimal ids. */
  list(organizationId: number, page: PageRequest): Promise<Page<Workflow>>
  /** Its monitors move with it to another project. */
  update(workflow: Workflow): Promise<Workflow | null>
  /** Hides it; its runs stay. Its slug becomes free. False when there is none; `in_use` when monitors use it. */
  remove(organizationId: number, id: number, now: number): Promise<boolean>
}

export interface MonitorFilter {
  projectId?: string
  workflowId?: number
}

/** A monitor that has a slot to wait for. */
export type PlannedMonitor = Monitor & { nextRunAt: number }

/** On from one slot to the next. */
export interface SlotTaken {
  from: number
  to: number | null
  /** The run that the slot was given, if any. */
  runId: string | null
  /** Why the slot started no run, for its owner; null when it did, and when the run before has not ended. */
  error: string | null
  now: number
}

export interface MonitorStore {
  /**
   * `invalid_request` on `workflow` unless it is there, and in the monitor's project. `assertRoom` is asked with how many
   * monitors the organization has, and throws to refuse one more.
   */
  create(
    monitor: Monitor,
    assertRoom: (count: number) => void,
    claim: IdempotencyClaim | null,
  ): Promise<Created<Monitor>>
  get(organizationId: number, id: string): Promise<Monitor | null>
  list(organizationId: number, filter: MonitorFilter, page: PageRequest): Promise<Page<Monitor>>
  /** Reads, asks `decide` and writes in one transaction; refuses a workflow as `create` does. Null when there is none. */
  change(organizationId: number, id: string, decide: (monitor: Monitor) => Monitor): Promise<Monitor | null>
  /** False when there is none. Its runs stay. */
  remove(organizationId: number, id: string): Promise<boolean>
  /** Of all organizations but those in `except`: enabled ones whose slot has come, the longest due first. */
  due(now: number, limit: number, except: readonly number[]): Promise<PlannedMonitor[]>
  /** The first slot of all that are to come or due, but for those of `except`; null without any. */
  earliest(except: readonly number[]): Promise<number | null>
  /**
   * Takes a slot: false when the monitor does not wait for `from` any more, so that of two who try only one has it. The
   * run is remembered all the same, since it was made. An error makes the monitor fail (`afterFailure` of core/monitor.ts);
   * what a run makes of it is written by the commit that ends the run.
   */
  advance(organizationId: number, id: string, taken: SlotTaken): Promise<boolean>
  /** Of all organizations: monitors whose health is to be told by `now`, the longest due first. */
  untold(now: number, limit: number): Promise<Monitor[]>
  /** When the first of all is to be told, milliseconds; null when nothing is. */
  nextTellAt(): Promise<number | null>
}

export interface RunFilter {
  workflowId?: number
  result?: Run['result']
  subject?: SubjectFilter
}

export interface SubjectFilter {
  name: string
  /** Only runs that have a score, or that looked for types. */
  having?: 'score' | 'seen'
}

/** What the run before said of the same subject. */
export type PreviousRun = Pick<Run, 'id' | 'endedAt' | 'score' | 'seen'>

/** Which run is compared, and with what: the score it was given, or the types that were seen. */
export interface PreviousRequest {
  run: Pick<Run, 'id' | 'organizationId' | 'workflowId' | 'settings'> & { subject: string; endedAt: number }
  having: 'score' | 'seen'
}

/** A page of all findings could be hundreds of megabytes. */
export type ListedRun = Omit<Run, 'findings'>

export interface RunStore {
  /**
   * The last run that ended before this one did (or in the same millisecond), of the same workflow, subject and settings,
   * that reached a verdict about the data and has what is asked for. Null when there is none.
   */
  previous(request: PreviousRequest): Promise<PreviousRun | null>
  get(organizationId: number, id: string): Promise<Run | null>
  list(organizationId: number, filter: RunFilter, page: PageRequest): Promise<Page<ListedRun>>
  /** Runs that had not ended, oldest first, with what they judge: work a stopped server left behind. */
  unfinished(limit: number): Promise<{ run: Run; submission: Submission }[]>
  /** The bytes that the run judged; null when it had none. */
  content(organizationId: number, id: string): Promise<Buffer | null>
  /** Ids of the events a run made, oldest first. */
  eventIds(organizationId: number, runId: string): Promise<string[]>
}

export interface AlertRuleStore {
  /** `assertRoom` is asked with how many rules the organization has, and throws to refuse one more. */
  create(
    rule: AlertRule,
    assertRoom: (count: number) => void,
    claim: IdempotencyClaim | null,
  ): Promise<Created<AlertRule>>
  get(organizationId: number, id: string): Promise<AlertRule | null>
  list(organizationId: number, page: PageRequest): Promise<Page<AlertRule>>
  /** Those that are asked after each run, oldest first. */
  enabled(organizationId: number): Promise<AlertRule[]>
  /** Reads, asks `decide` and writes in one transaction. Null when there is none. */
  change(
    organizationId: number,
    id: string,
    decide: (rule: AlertRule) => AlertRule,
  ): Promise<AlertRule | null>
  /** Its alerts stay. False when there is none. */
  remove(organizationId: number, id: string): Promise<boolean>
}

export interface AlertFilter {
  ruleId?: string
  /** Only those that nobody has acknowledged. */
  open?: boolean
}

/** Alerts are made by `WorkStore.commit`, with the run that they are about. */
export interface AlertStore {
  get(organizationId: number, id: string): Promise<Alert | null>
  list(organizationId: number, filter: AlertFilter, page: PageRequest): Promise<Page<Alert>>
  /** When the rule last matched a run of this subject, milliseconds; null when it never did. */
  lastAt(organizationId: number, ruleId: string, subject: string | null): Promise<number | null>
  /** The first to acknowledge it stays. Null when there is none. */
  acknowledge(organizationId: number, id: string, by: string, now: number): Promise<Alert | null>
}

export interface WebhookStore {
  create(webhook: Webhook, claim: IdempotencyClaim | null): Promise<Created<Webhook>>
  /** Deleted ones are not found. */
  get(organizationId: number, id: string): Promise<Webhook | null>
  /** Webhooks proper, or channels. */
  list(organizationId: number, which: 'webhooks' | 'channels', page: PageRequest): Promise<Page<Webhook>>
  /**
   * Reads, asks `decide`, writes the webhook and what the answer asks of its waiting deliveries, all in one transaction.
   * The first slice of a move is made in it; the rest is `WorkStore.moveWaiting`'s. The store counts up `revision`.
   * Null when there is none. Counters that attempts change are those of the moment.
   */
  change(
    organizationId: number,
    id: string,
    decide: (webhook: Webhook) => WebhookChange,
  ): Promise<Webhook | null>
  /** For the engine: whatever its organization, deleted or not. */
  byId(id: string): Promise<Webhook | null>
  /**
   * Webhooks that name this type, in an order that stays, at most `limit` of them; `after` is the `next` of the page before.
   * `version` counts what may change whom the organization's events are owed to: pages and a commit that agree on it are
   * of the same webhooks.
   */
  hearers(
    organizationId: number,
    eventType: string,
    after: string | null,
    limit: number,
  ): Promise<{ webhooks: readonly Webhook[]; next: string | null; version: number }>
  /** Filters of the webhooks that name this type, each text once. */
  filters(organizationId: number, eventType: string): Promise<readonly string[]>
  countHeld(webhookId: string): Promise<number>
  /** What is counted of these webhooks, by id; held deliveries of each up to `heldMax`. */
  tallies(webhookIds: readonly string[], heldMax: number): Promise<ReadonlyMap<string, WebhookTally>>
}

/** What is counted of a webhook since it was made, beside what its attempts say. */
export interface WebhookTally {
  /** Deliveries that are held now. */
  held: number
  /** Events that it would have been owed, and its filter passed over. */
  filteredOut: Counted
  /** Held deliveries that were given up for their age. */
  heldExpired: Counted
}

export interface Counted {
  count: number
  /** Milliseconds; null when there was none. */
  lastAt: number | null
}

/** Event types that organizations declared for themselves. */
export interface EventTypeStore {
  /** `already_exists` when the organization has declared it before. */
  create(type: CustomEventType, claim: IdempotencyClaim | null): Promise<Created<CustomEventType>>
  get(organizationId: number, type: string): Promise<CustomEventType | null>
  /** By name, from a to z; `before` is the last name of the page before. */
  list(organizationId: number, page: PageRequest): Promise<Page<CustomEventType>>
  /** Description and schema. Null when there is none. */
  update(type: CustomEventType): Promise<CustomEventType | null>
  /** False when there is none; `in_use` when a webhook subscribes to it. Events of that type stay. */
  remove(organizationId: number, type: string): Promise<boolean>
  count(organizationId: number): Promise<number>
}

export interface EventFilter {
  type?: string
}

/** A page of whole bodies could be hundreds of megabytes. */
export type ListedEvent = Omit<Event, 'body'>

export interface EventStore {
  get(organizationId: number, id: string): Promise<Event | null>
  list(organizationId: number, filter: EventFilter, page: PageRequest): Promise<Page<ListedEvent>>
  /** When the last events of these types were made since then, oldest first: of more than `limit`, the last. */
  times(organizationId: number, types: readonly string[], since: number, limit: number): Promise<number[]>
}

export interface DeliveryFilter {
  webhookId?: string
  eventId?: string
  state?: DeliveryState
}

/** A delivery with the words a list shows beside it. */
export interface DeliveryRow extends Delivery {
  eventType: string
  /** Before this time nothing of its webhook starts, because the receiver asked for that; may be past. */
  pausedUntil: number | null
  /** The unfinished delivery that goes before this one, if it waits for its turn. */
  blockedBy: string | null
  /** Outcome of its last attempt, if any. */
  lastStatusCode: number | null
  lastError: string | null
}

export type ResendOutcome =
  /** The delivery that is sent: the one asked for while it is owed, else another. */
  | { outcome: 'queued'; delivery: DeliveryRow }
  | { outcome: 'refused'; reason: ResendRefusal }
  | Exclude<ClaimVerdict, { outcome: 'free' }>

export interface DeliveryStore {
  /** Sends a delivery again (rules/resend.ts). Null when there is none. The claim's `resourceId` is set by the store. */
  resend(
    organizationId: number,
    id: string,
    claim: IdempotencyClaim | null,
    now: number,
  ): Promise<ResendOutcome | null>
  /** One slice of the events that a replay is about, oldest first within each type. Tests are never among them. */
  replayable(request: ReplayRequest): Promise<ReplaySlice>
  /**
   * Sends what `replayable` found, unless it has changed since: sends deliveries again (rules/resend.ts), and makes the deliveries that never were: in no order, pending, due. Answers how many.
   */
  replay(webhookId: string, items: readonly ReplayItem[], now: number): Promise<number>
  /** How many deliveries each event has, in the order asked; those made for tests count. */
  countByEvent(organizationId: number, eventIds: readonly string[]): Promise<number[]>
  get(organizationId: number, id: string): Promise<DeliveryRow | null>
  /** The last ones, oldest first: at most `LIMITS.attemptsShownMax`, and what one step may read of them. */
  attempts(organizationId: number, deliveryId: string): Promise<Attempt[]>
  list(organizationId: number, filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRow>>
}

export interface KeyStore {
  create(key: ApiKey, claim?: IdempotencyClaim | null): Promise<Created<ApiKey>>
  byHash(hash: string): Promise<{ key: ApiKey; organization: Organization } | null>
  list(organizationId: number): Promise<ApiKey[]>
  /** False when there is none, or it was revoked before. */
  revoke(organizationId: number, id: string, now: number): Promise<boolean>
  touch(id: string, now: number): Promise<void>
}

export interface RetentionStore {
  /**
   * Removes one slice of at most `limit` rows of finished work that ended before `before` (deliveries and their
   * attempts, events that no delivery needs, deleted webhooks that none needs, ended runs that were also made before it:
   * a reported run may have ended long before we heard of it) and of idempotency keys older than `keysBefore`.
   * Never touches pending or held work, nor a delivery that is to be sent again or being so. Returns how many rows went;
   * 0 when nothing is left to remove.
   */
  sweep(before: number, keysBefore: number, limit: number): Promise<number>
  /**
   * Cancels at most `limit` deliveries that were made before `before` and are held, of webhooks that are stopped and have no
   * move left to make. They end `now`, and are counted. Answers how many of which webhooks; none when nothing is left.
   */
  expireHeld(before: number, now: number, limit: number): Promise<ExpiredHeld[]>
}

export interface ExpiredHeld {
  organizationId: number
  webhookId: string
  count: number
}
