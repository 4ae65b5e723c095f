import type { AttemptReport } from '../../core/attempt.ts'
import { SECOND_MS } from '../../core/time.ts'
import { attemptsMax, isLive } from '../../core/webhook.ts'
import type { Decisions, SettleFacts, Settlement } from '../work.ts'

/**
 * The plainest rules that reach every state: a 2xx delivers, a failure retries by the schedule until it is used up, 410
 * stops the webhook, and a cut-off attempt is tried again at once.
 */
export const plainDecisions: Decisions = {
  match: () => true,
  admit: () => true,
  settle: plainSettle,
  announce: ({ after }) => ({ events: [], telling: after.telling }),
}

function plainSettle({ delivery, webhook, outcome, report, now }: SettleFacts): Settlement {
  if (outcome === 'delivered') {
    return {
      delivery: {
        state: 'delivered',
        tries: delivery.tries + 1,
        dueAt: null,
        endedAt: now,
      },
      webhook: { ...webhook, failureCount: 0, lastError: null, lastTriggeredAt: now },
      holdPending: false,
    }
  }
  if (delivery.state === 'cancelled') {
    const { state, tries, endedAt } = delivery
    return {
      delivery: { state, tries, dueAt: null, endedAt },
      webhook: null,
      holdPending: false,
    }
  }
  if (outcome === 'unknown') {
    const state = delivery.state === 'held' ? 'held' : 'pending'
    return {
      delivery: {
        state,
        tries: delivery.tries,
        dueAt: state === 'held' ? null : now,
        endedAt: null,
      },
      webhook: null,
      holdPending: false,
    }
  }
  const gone = report?.statusCode === 410 && isLive(webhook)
  return {
    delivery: afterFailure({ delivery, webhook, now }),
    webhook: {
      ...webhook,
      status: gone ? 'disabled_gone' : webhook.status,
      failureCount: webhook.failureCount + 1,
      lastError: report?.error?.message ?? null,
    },
    holdPending: gone,
  }
}

function afterFailure({
  delivery,
  webhook,
  now,
}: Pick<SettleFacts, 'delivery' | 'webhook' | 'now'>): Settlement['delivery'] {
  const tries = delivery.tries + 1
  if (tries >= attemptsMax(webhook)) {
    return { state: 'exhausted', tries, dueAt: null, endedAt: now }
  }
  if (delivery.state === 'held') return { state: 'held', tries, dueAt: null, endedAt: null }
  const waitSeconds = webhook.retrySchedule[delivery.tries] ?? 0
  return { state: 'pending', tries, dueAt: now + waitSeconds * SECOND_MS, endedAt: null }
}

export function okReport(changes: Partial<AttemptReport> = {}): AttemptReport {
  return {
    outcome: 'delivered',
    startedAt: 1_767_225_600_123,
    durationMs: 12.5,
    sends: 1,
    statusCode: 200,
    error: null,
    retryAfterMs: null,
    requestHeaders: {
      'content-type': 'application/json',
      'webhook-id': 'evt_0',
      'webhook-signature': 'v1,…',
    },
    requestBody: null,
    responseHeaders: { 'content-type': 'text/plain', 'x-node': 'a:1' },
    responseBody: Buffer.from([0x6f, 0x6b, 0x00, 0xff]),
    ...changes,
  }
}

export function failedReport(statusCode: number, changes: Partial<AttemptReport> = {}): AttemptReport {
  return okReport({
    outcome: 'failed',
    statusCode,
    error: { code: 'http_status', message: `The receiver answered ${statusCode}` },
    responseBody: null,
    ...changes,
  })
}

export function cutReport(): AttemptReport {
  return okReport({
    outcome: 'failed',
    statusCode: null,
    error: { code: 'connection_refused', message: 'Nothing listens there' },
    responseHeaders: null,
    responseBody: null,
  })
}
