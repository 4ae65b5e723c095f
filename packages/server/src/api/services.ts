import type { Remark } from '../cel/shapes/prospect.ts'
import type { AlertRule } from '../core/alert.ts'
import type { Attempt } from '../core/attempt.ts'
import type { Problem } from '../core/errors.ts'
import type { Monitor } from '../core/monitor.ts'
import type { Organization } from '../core/organization.ts'
import type { Run, Submission, Verdict } from '../core/run.ts'
import type { Webhook, WebhookChange } from '../core/webhook.ts'
import type { Step, Workflow } from '../core/workflow.ts'
import type { AlertMatch } from '../detect/alerts.ts'
import type { ReplayState } from '../store/replay.ts'
import type { ResendOutcome, WebhookTally } from '../store/store.ts'

/**
 * What the routes ask of the stages. The pipelines implement these. What needs no stage, such as a project or an API key, the
 * routes read from the store and write to it themselves.
 */
export interface Services {
  runs: RunService
  events: EventService
  monitors: MonitorService
  webhooks: WebhookService
  secrets: SecretService
  alerts: AlertService
}

export interface AlertService {
  /**
   * Holds a rule against a run, or against the last one that it looks at. Tells nobody and keeps nothing. `run` is null
   * when there is none; `match` when the rule does not match it.
   */
  test(rule: AlertRule, run: Run | null): Promise<{ run: Run | null; match: AlertMatch | null }>
}

/** Encrypts for the store what an answer shows once: a webhook's signing secret, a new API key. */
export interface SecretService {
  /** `name` is what the secret belongs to, within the organization; the sealed text opens for that alone. */
  seal(organizationId: number, name: string, secret: string): string
  open(organizationId: number, name: string, sealed: string): string
}

/** A request's Idempotency-Key with the hash of what was asked (SHA-256, hex). */
export interface IdempotencyKey {
  key: string
  requestHash: string
}

export interface RunService {
  /**
   * Stores the submission, hands it to a worker and waits up to `waitMs` for the end. The run may still be PENDING or
   * RUNNING when this resolves. `monitorId` is the monitor that asks, if one does. Throws `Problem`: `idempotency_conflict`, `document_not_json` and the like (field
   * `content`), `overloaded`, `shutting_down`.
   */
  submit(
    request: RunRequest & { submission: Submission; waitMs: number; monitorId?: string },
  ): Promise<RunAnswer>
  /** Takes a finished run from an external validator; its events are accepted in the same commit. */
  report(request: RunRequest & { report: ExternalReport }): Promise<RunAnswer>
  /** The run once it has ended, or as it is after `waitMs`; null when there is none. */
  wait(organizationId: number, runId: string, waitMs: number): Promise<Run | null>
  /**
   * Ends a run that has not ended yet as CANCELED; null when there is none. Throws `Problem('run_ended')` when it has, or
   * when its verdict came first.
   */
  cancel(organizationId: number, runId: string): Promise<Run | null>
  /** Whether a URL may be submitted to these steps in place of a document. */
  judgesPages(steps: readonly Step[]): boolean
  /** Throws `Problem` naming `steps[i].…` when a step's validator is unknown or its configuration cannot be used. */
  checkSteps(organizationId: number, steps: readonly Step[]): Promise<void>
}

export interface RunRequest {
  organization: Organization
  workflow: Workflow
  idempotency: IdempotencyKey | null
}

export interface RunAnswer {
  run: Run
  /** True when an earlier request with the same Idempotency-Key made it. */
  replayed: boolean
}

export interface ExternalReport {
  submission: Omit<Submission, 'content'>
  verdict: Verdict
  startedAt: number
  endedAt: number
}

/** An event of an organization's own type, as its caller names it. */
export interface NewEvent {
  type: string
  /** The JSON text that its caller wrote: it goes into the body as it is. */
  dataText: string
  key: string | null
  /** When it happened, milliseconds; null for now. */
  timestamp: number | null
}

export interface PublishedEvent {
  id: string
  type: string
  timestamp: number
  /** How many webhooks it is owed to. */
  deliveries: number
}

export interface EventService {
  /**
   * Accepts the events that are right, all in one durable commit, and says of each what became of it, in order. Throws
   * `Problem` for what concerns all of them: `idempotency_conflict`, `overloaded`, `shutting_down`, the store's.
   */
  publish(
    organization: Organization,
    events: readonly NewEvent[],
    idempotency: IdempotencyKey | null,
  ): Promise<{ results: (PublishedEvent | Problem)[]; replayed: boolean }>
  /** Throws `Problem` naming `schema` when it cannot be used to judge `data`. */
  checkSchema(organizationId: number, schema: Record<string, unknown>): Promise<void>
}

export interface MonitorService {
  /**
   * Starts a run now; the schedule stays as it is. Null when the monitor was removed meanwhile. Throws `Problem`:
   * `run_in_progress` when its last run has not ended, and what `RunService.submit` throws.
   */
  run(
    organization: Organization,
    monitor: Monitor,
    idempotency: IdempotencyKey | null,
  ): Promise<RunAnswer | null>
  /** A monitor was made or changed: its slot may be the first of all now. */
  wake(): void
}

export interface WebhookService {
  /** Throws `Problem('url_not_allowed')` on field `url`. */
  checkUrl(url: string): void
  /**
   * Throws `Problem('filter_not_usable')` on `field` for what cannot be a filter, or is true of no event of these types.
   * Answers what its owner should know of one that can be used.
   */
  checkFilter(
    organizationId: number,
    filter: string,
    types: readonly string[],
    field?: string,
  ): Promise<FilterWarning[]>
  /** The same of one that was taken before, as its types are declared now; null when it cannot be judged right now. */
  filterWarnings(
    organizationId: number,
    filter: string,
    types: readonly string[],
    field: string,
  ): Promise<FilterWarning[] | null>
  /** What is shown of webhooks beside their own settings and state, by their ids. */
  facts(webhooks: readonly Webhook[]): Promise<ReadonlyMap<string, WebhookFacts>>
  /** Sends a delivery again; null when there is none. See `resendRefusal` of core/delivery.ts for the refusals. */
  resend(
    organizationId: number,
    deliveryId: string,
    idempotency: IdempotencyKey | null,
  ): Promise<ResendOutcome | null>
  /**
   * Sends past events again: those whose deliveries are in the wanted states, and, for `never`, those that the webhook was
   * never owed. With `dryRun` it only counts. Throws `Problem`: `webhook_stopped`, `invalid_request` on `since` when there are more than
   * `LIMITS.replayMatchesMax` to send.
   */
  replay(webhook: Webhook, wanted: ReplayWish): Promise<{ matched: number; queued: number }>
  /** As the store's `change`. When it resolves, the dispatcher no longer starts attempts that the change forbids. */
  change(
    organizationId: number,
    id: string,
    decide: (webhook: Webhook) => WebhookChange,
  ): Promise<Webhook | null>
  /** Sends one `webhook.test` and waits for the attempt. */
  test(organization: Organization, webhook: Webhook): Promise<TestAnswer>
}

export interface WebhookFacts extends WebhookTally {
  /** About its filter, as its types are declared now; null when it cannot be judged right now. */
  warnings: FilterWarning[] | null
}

export const FILTER_WARNINGS = [
  'filter_field_unknown',
  'filter_never_equal',
  'filter_kind_mismatch',
  'filter_never_true',
] as const satisfies `filter_${Remark['code']}`[]

/** A filter that can be used, and will hardly do what its author had in mind. */
export interface FilterWarning {
  code: (typeof FILTER_WARNINGS)[number]
  field: string
  message: string
}

export interface ReplayWish {
  /** Of acceptance, milliseconds: from `since` on and before `until`. */
  since: number
  until: number
  states: readonly ReplayState[]
  /** Types of events; those of the webhook when null. */
  types: readonly string[] | null
  dryRun: boolean
}

export interface TestAnswer {
  deliveryId: string
  eventId: string
  attempt: Attempt
  /** What was sent, unless the attempt knows better; empty for a channel. */
  requestBody: Buffer
}
