import type { AttemptOutcome } from '../core/attempt.ts'
import type { DeliveryState } from '../core/delivery.ts'
import type { FindingCounts, RunResult, RunStatus } from '../core/run.ts'
import { isoTimeOrNull } from '../core/time.ts'
import type { WebhookHealth, WebhookStatus } from '../core/webhook.ts'
import type { Logger } from './logger.ts'

/**
 * One wide line for each thing that happens on the data's way. Their field names are a promise to whoever searches
 * logs by them (a test holds them): add fields, rename none. None of them may hold a body or a secret, and a URL only without the
 * credentials in it.
 */

export interface EventAccepted {
  eventId: string
  type: string
  organizationId: number
  workflowId: number | null
  runId: string | null
  /** Webhooks the event is owed to. */
  deliveries: number
  /** Size of the body. */
  bytes: number
}

export function logEventAccepted(logger: Logger, event: EventAccepted): void {
  logger.info(
    {
      line: 'event',
      event_id: event.eventId,
      event_type: event.type,
      organization_id: event.organizationId,
      workflow_id: event.workflowId,
      run_id: event.runId,
      deliveries: event.deliveries,
      bytes: event.bytes,
    },
    'event accepted',
  )
}

export interface AttemptMade {
  deliveryId: string
  eventId: string
  eventType: string
  webhookId: string
  organizationId: number
  /** Counts the delivery's attempts from 1. */
  number: number
  kind: 'auto' | 'manual' | 'test'
  outcome: AttemptOutcome
  statusCode: number | null
  durationMs: number | null
  /** How many times the request was written. */
  sends: number
  errorCode: string | null
  /** Where its webhook leads, without credentials. */
  url: string
  /** The cause of a failure, in plain words. */
  error: string | null
  /** Attempts that were not sent for the same cause and are not told, since the last that was. */
  repeated: number
  /** The delivery after this attempt. */
  state: DeliveryState
  /** Milliseconds; null when no attempt is planned. */
  nextAttemptAt: number | null
  webhookStatus: WebhookStatus
  webhookHealth: WebhookHealth
}

/** A failed attempt is a warning: somebody should have had this webhook. */
export function logAttempt(logger: Logger, attempt: AttemptMade): void {
  const isDelivered = attempt.outcome === 'delivered'
  logger[isDelivered ? 'info' : 'warn'](
    {
      line: 'attempt',
      delivery_id: attempt.deliveryId,
      event_id: attempt.eventId,
      event_type: attempt.eventType,
      webhook_id: attempt.webhookId,
      organization_id: attempt.organizationId,
      url: attempt.url,
      attempt: attempt.number,
      kind: attempt.kind,
      outcome: attempt.outcome,
      status_code: attempt.statusCode,
      duration_ms: attempt.durationMs,
      sends: attempt.sends,
      error_code: attempt.errorCode,
      ...(attempt.error !== null && { error: attempt.error }),
      ...(attempt.repeated > 0 && { repeated: attempt.repeated }),
      state: attempt.state,
      next_attempt_at: isoTimeOrNull(attempt.nextAttemptAt),
      webhook_status: attempt.webhookStatus,
      webhook_health: attempt.webhookHealth,
    },
    `attempt ${attempt.outcome}`,
  )
}

/** Who changed what of an organization's settings, over the API. */
export interface ChangeMade {
  /** The operation of the API, e.g. `rotateSecret`. */
  operation: string
  organizationId: number
  /** Of whoever asked. */
  keyId: string
  /** What was changed: the id or the slug in the path, else that of what was made; null when there is none. */
  target: string | null
  requestId: string
}

export function logChange(logger: Pick<Logger, 'info'>, change: ChangeMade): void {
  logger.info(
    {
      line: 'change',
      operation: change.operation,
      organization_id: change.organizationId,
      key_id: change.keyId,
      target: change.target,
      request_id: change.requestId,
    },
    'changed by request',
  )
}

export interface RunEnded {
  runId: string
  organizationId: number
  workflowId: number
  source: 'builtin' | 'external'
  status: RunStatus
  result: RunResult
  counts: FindingCounts
  durationMs: number | null
  errorCategory: string | null
  /** Size of what was judged; null for a run that another validator reported. */
  bytes: number | null
}

/** A run that ends as ERROR is a warning: the data may be fine, the platform is not. */
export function logRun(logger: Logger, run: RunEnded): void {
  logger[run.result === 'ERROR' ? 'warn' : 'info'](
    {
      line: 'run',
      run_id: run.runId,
      organization_id: run.organizationId,
      workflow_id: run.workflowId,
      source: run.source,
      status: run.status,
      result: run.result,
      errors: run.counts.error,
      warnings: run.counts.warning,
      infos: run.counts.info,
      duration_ms: run.durationMs,
      error_category: run.errorCategory,
      bytes: run.bytes,
    },
    'run ended',
  )
}
