import type { AttemptReport } from '../../src/core/attempt.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { Event } from '../../src/core/event.ts'
import type { Run } from '../../src/core/run.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import { DISABLE_AFTER_DEFAULT, FRESH_TELLING, RETRY_SCHEDULE_DEFAULT } from '../../src/core/webhook.ts'
import { START_MS } from './virtual-clock.ts'

/** Rows with sensible values, for tests that care about one or two of them. */
export function sampleWebhook(fields: Partial<Webhook> = {}): Webhook {
  return {
    id: 'webhook_0194200000007000800000000000000a',
    organizationId: 1,
    carrier: 'webhook',
    url: 'https://receiver.example.com/hooks',
    description: '',
    events: ['run.completed'],
    scope: { type: 'organization' },
    sealedSecret: 'sealed',
    signingKey: null,
    signatures: ['v1'],
    retired: null,
    headers: {},
    retrySchedule: [...RETRY_SCHEDULE_DEFAULT],
    disableAfter: DISABLE_AFTER_DEFAULT,
    rateLimit: null,
    ordering: null,
    filter: null,
    revision: 1,
    createdAt: START_MS,
    updatedAt: START_MS,
    deletedAt: null,
    activatedAt: 1,
    status: 'active',
    health: 'healthy',
    failureCount: 0,
    exhaustedInStreak: false,
    lastError: null,
    lastTriggeredAt: null,
    pausedUntil: null,
    telling: FRESH_TELLING,
    ...fields,
  }
}

export function sampleDelivery(fields: Partial<Delivery> = {}): Delivery {
  return {
    id: 'dlv_0194200000007000800000000000000b',
    organizationId: 1,
    eventId: 'evt_0194200000007000800000000000000c',
    webhookId: 'webhook_0194200000007000800000000000000a',
    kind: 'auto',
    state: 'pending',
    tries: 0,
    attemptCount: 0,
    resendOf: null,
    orderKey: null,
    dueAt: START_MS,
    leasedAt: START_MS,
    fence: 1,
    createdAt: START_MS,
    endedAt: null,
    ...fields,
  }
}

export function sampleEvent(fields: Partial<Event> = {}): Event {
  return {
    id: 'evt_0194200000007000800000000000000c',
    organizationId: 1,
    type: 'run.completed',
    timestamp: START_MS,
    createdAt: START_MS,
    body: Buffer.from('{"event":"run.completed"}'),
    projectId: null,
    workflowId: null,
    runId: null,
    key: null,
    ...fields,
  }
}

export function sampleReport(fields: Partial<AttemptReport> = {}): AttemptReport {
  return {
    outcome: 'delivered',
    startedAt: START_MS,
    durationMs: 20,
    sends: 1,
    statusCode: 200,
    error: null,
    retryAfterMs: null,
    requestHeaders: {},
    responseHeaders: {},
    responseBody: null,
    ...fields,
  }
}

export function failedReport(fields: Partial<AttemptReport> = {}): AttemptReport {
  const error = { code: 'http_server_error', message: 'Your server answered 500.' }
  return sampleReport({ outcome: 'failed', statusCode: 500, error, ...fields })
}

export function goneReport(): AttemptReport {
  return failedReport({ statusCode: 410, error: { code: 'gone', message: 'Your server answered 410.' } })
}

export function sampleRun(fields: Partial<Run> = {}): Run {
  return {
    id: '01942000-0000-7000-8000-00000000000d',
    organizationId: 1,
    workflowId: 1,
    projectId: 'proj_0194200000007000800000000000000e',
    monitorId: null,
    status: 'FAILED',
    result: 'FAIL',
    source: 'builtin',
    submission: { fileName: null, contentType: null, url: null, subject: null, metadata: {} },
    subject: null,
    settings: 'settings-1',
    findings: [],
    counts: { error: 0, warning: 0, info: 0 },
    score: null,
    scoredTypes: null,
    seen: null,
    errorCategory: null,
    createdAt: START_MS,
    startedAt: START_MS,
    endedAt: START_MS,
    durationMs: 0,
    ...fields,
  }
}
