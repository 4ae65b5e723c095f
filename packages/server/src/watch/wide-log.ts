import { wasNotSent, type AttemptReport } from '../core/attempt.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import type { Clock } from '../core/clock.ts'
import type { Event } from '../core/event.ts'
import type { Run } from '../core/run.ts'
import { startsAt, type Webhook } from '../core/webhook.ts'
import type { ResultOutcome } from '../store/work.ts'
import type { Logger } from '../telemetry/logger.ts'
import { logAttempt, logEventAccepted, logRun } from '../telemetry/wide-lines.ts'
import { createRepeats } from './repeats.ts'

/** Writes one wide line for each run, accepted event and settled attempt. */
export interface WideLog {
  runEnded(run: Run, bytes: number | null): void
  eventAccepted(event: Event, deliveries: number): void
  attemptSettled(leased: LeasedDelivery, report: AttemptReport, outcome: ResultOutcome): void
  failure(error: unknown, doing: string): void
}

/**
 * With a clock, what says the same is told once in a while, with how many there were: failures of the server, and attempts
 * that one of them kept from being made.
 */
export function createWideLog(logger: Logger, clock: Pick<Clock, 'monotonic'> | null = null): WideLog {
  const repeats = clock === null ? null : createRepeats(clock)
  /** How many of its kind were passed over; null when this one is to be. */
  const howOften = (kind: string): number | null => (repeats === null ? 0 : repeats.heard(kind))
  return {
    runEnded(run, bytes) {
      logRun(logger, { ...run, runId: run.id, bytes })
    },
    eventAccepted(event, deliveries) {
      logEventAccepted(logger, { ...event, eventId: event.id, deliveries, bytes: event.body.length })
    },
    attemptSettled({ delivery, event }, report, outcome) {
      if (outcome.stale) {
        const lease = { delivery_id: delivery.id, webhook_id: delivery.webhookId, fence: delivery.fence }
        if (outcome.error === undefined) {
          logger.warn({ line: 'stale', ...lease }, 'a result came after its lease was lost and was dropped')
        } else {
          logger.error({ line: 'unsettled', ...lease, err: outcome.error }, 'a result could not be settled')
        }
        return
      }
      const notSent = wasNotSent(report) ? report.error?.message : undefined
      const repeated = notSent === undefined ? 0 : howOften(`not sent: ${notSent}`)
      if (repeated === null) return
      logAttempt(logger, {
        deliveryId: delivery.id,
        eventId: event.id,
        eventType: event.type,
        webhookId: delivery.webhookId,
        organizationId: delivery.organizationId,
        number: outcome.delivery.attemptCount,
        kind: delivery.kind,
        outcome: report.outcome,
        statusCode: report.statusCode,
        durationMs: report.durationMs,
        sends: report.sends,
        errorCode: report.error?.code ?? null,
        url: urlShown(outcome.webhook),
        error: report.error?.message ?? null,
        repeated,
        state: outcome.delivery.state,
        nextAttemptAt: startsAt(outcome.delivery.dueAt, outcome.webhook),
        webhookStatus: outcome.webhook.status,
        webhookHealth: outcome.webhook.health,
      })
    },
    failure(error, doing) {
      const message = error instanceof Error ? error.message : String(error)
      const repeated = howOften(`${doing}: ${message}`)
      if (repeated === null) return
      logger.error({ err: error, doing, ...(repeated > 0 && { repeated }) }, `failed while ${doing}`)
    },
  }
}

/** The logger takes the credentials out of it. An address of a person is none of the log's business. */
function urlShown({ url }: Pick<Webhook, 'url'>): string {
  return /^https?:/i.test(url) ? url : `${url.slice(0, url.indexOf(':') + 1)}…`
}
