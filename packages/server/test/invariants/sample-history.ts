import { createHexSigner, createV1Signer } from '@sealpost/receiver'
import type { Attempt } from '../../src/core/attempt.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { Webhook, WebhookState } from '../../src/core/webhook.ts'
import { sampleDelivery, sampleEvent, sampleWebhook } from '../support/samples.ts'
import { START_MS } from '../support/virtual-clock.ts'
import type { History, LeaseStep, SeenRequest, WebhookChanged } from './history.ts'

/** A history that a test may spoil. */
export type Draft = Mutable<History>
type Mutable<Part> = Part extends Buffer
  ? Part
  : Part extends readonly (infer Item)[]
    ? Mutable<Item>[]
    : Part extends object
      ? { -readonly [Name in keyof Part]-?: Mutable<Part[Name]> }
      : Part

export const T = START_MS
const ONE = { organizationId: 1 }
const TWO = { organizationId: 2 }
const OLD_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const NEW_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
const OTHER_SECRET = 'a secret of their own'

/** Three webhooks: one of which is tried twice during a rotation, one that is stopped, one of another organization. */
const RETRIED = sampleWebhook({
  ...ONE,
  id: 'webhook_retried',
  url: 'https://retried.example.com/hooks',
  retrySchedule: [60],
  sealedSecret: 'sealed-new',
})
const STOPPED = sampleWebhook({
  ...ONE,
  id: 'webhook_stopped',
  url: 'https://stopped.example.com/hooks',
  events: ['run.failed'],
  status: 'disabled',
})
const OTHER = sampleWebhook({ ...TWO, id: 'webhook_other', url: 'https://other.example.com/hooks' })

const EVENTS = {
  retried: sampleEvent({
    ...ONE,
    id: 'evt_retried',
    body: Buffer.from('{"event":"run.completed","of":"one-marker"}'),
  }),
  held: sampleEvent({ ...ONE, id: 'evt_held', type: 'run.failed' }),
  other: sampleEvent({
    ...TWO,
    id: 'evt_other',
    body: Buffer.from('{"event":"run.completed","of":"two-marker"}'),
  }),
  old: sampleEvent({ ...TWO, id: 'evt_old' }),
}

const ATTEMPT_MS = 20
const FIRST_AT = T + 1_006
const SECOND_AT = FIRST_AT + ATTEMPT_MS + 60_000

/** Everything that is right, and something of everything that the checks look at. Made anew each time. */
export function sampleHistory(): Draft {
  const history: History = {
    source: 'a sample',
    startedAt: T,
    endedAt: T + 7_200_000,
    atRest: true,
    clockSteps: [],
    organizations: [
      { id: 1, markers: ['one-marker'] },
      { id: 2, markers: ['two-marker'] },
    ],
    changes: [
      changed(RETRIED, 'created', T, 0),
      changed({ ...STOPPED, status: 'active' }, 'created', T, 1),
      changed(OTHER, 'created', T, 2),
      changed(STOPPED, 'disabled', T + 100, 3),
      changed(RETRIED, 'rotated', T + 500, 4),
    ],
    secrets: [
      { webhookId: RETRIED.id, key: v1(OLD_SECRET), since: [T, T], until: [T + 30_000, T + 30_000] },
      { webhookId: RETRIED.id, key: v1(NEW_SECRET), since: [T + 500, T + 500], until: null },
      { webhookId: OTHER.id, key: v1(OTHER_SECRET), since: [T, T], until: null },
    ],
    promptWebhooks: [{ webhookId: OTHER.id, withinMs: 5_000 }],
    ingests: [
      { ...accepted(1, ['evt_retried'], 1), idempotency: { key: 'key-1', requestHash: 'a' } },
      { ...accepted(1, ['evt_retried'], null), idempotency: { key: 'key-1', requestHash: 'a' } },
      { ...accepted(1, [], null), status: 409, idempotency: { key: 'key-1', requestHash: 'b' } },
      accepted(1, ['evt_held'], 1),
      accepted(2, ['evt_other'], 1),
    ],
    stored: ['evt_old', 'evt_retried', 'evt_held', 'evt_other'],
    requests: [
      request(RETRIED.id, 'retried', FIRST_AT, 500, [NEW_SECRET, OLD_SECRET]),
      request(OTHER.id, 'other', FIRST_AT, 200, [OTHER_SECRET]),
      request(RETRIED.id, 'retried', SECOND_AT, 200, [NEW_SECRET]),
      request(OTHER.id, 'old', T + 500, 200, [OTHER_SECRET]),
    ],
    resends: [],
    replays: [],
    rows: {
      webhooks: [{ ...RETRIED }, { ...STOPPED }, { ...OTHER }],
      events: [{ ...EVENTS.retried }, { ...EVENTS.held }, { ...EVENTS.other }],
      deliveries: [
        delivery('dlv_1', RETRIED, 'evt_retried', {
          tries: 2,
          attemptCount: 2,
          endedAt: SECOND_AT + ATTEMPT_MS,
        }),
        delivery('dlv_2', STOPPED, 'evt_held', { state: 'held', endedAt: null }),
        delivery('dlv_3', OTHER, 'evt_other', { tries: 1, attemptCount: 2, endedAt: FIRST_AT + ATTEMPT_MS }),
      ],
      attempts: [
        attempt('dlv_1', 1, FIRST_AT, 500),
        attempt('dlv_1', 2, SECOND_AT, 200),
        attempt('dlv_3', 2, FIRST_AT, 200),
        unsent('dlv_3', 1, T + 1_002, 'not_sent'),
      ],
    },
    removals: [
      {
        at: T + 7_000_000,
        before: T + 3_600_000,
        rows: {
          events: [{ ...EVENTS.old }],
          deliveries: [delivery('dlv_0', OTHER, 'evt_old', { tries: 1, attemptCount: 1 })],
          attempts: [attempt('dlv_0', 1, T + 500, 200)],
        },
      },
    ],
    settled: [
      settled(10, RETRIED.id, 'dlv_1', 500, { failureCount: 1 }),
      settled(11, OTHER.id, 'dlv_3', 200, {}),
      settled(12, RETRIED.id, 'dlv_1', 200, {}),
      { ...settled(9, OTHER.id, 'dlv_3', 0, {}), statusCode: null, notSent: true, tries: 0 },
    ],
    told: [],
    leases: [
      lease(20, 'dlv_1', 1, 'taken'),
      lease(21, 'dlv_1', 1, 'written'),
      lease(22, 'dlv_1', 2, 'taken'),
      lease(23, 'dlv_1', 2, 'written'),
    ],
    outages: [],
    ownTroubles: [{ what: 'descriptors', from: T + 1_001, until: T + 1_005 }],
    texts: [
      { where: 'log', organizationId: 1, text: '{"line":"attempt","of":"one-marker"}' },
      { where: 'metrics', organizationId: null, text: 'sealpost_attempts_total{outcome="delivered"} 2' },
    ],
    otherSecrets: ['sk_live_0123456789'],
    sockets: [{ at: FIRST_AT, address: '93.184.216.34' }],
    deniedAddresses: ['10.0.0.0/8', 'fd00::/8'],
    counters: [
      { what: 'events accepted', organizationId: null, value: 4 },
      { what: 'attempts delivered', organizationId: null, value: 3 },
      { what: 'attempts failed', organizationId: 1, value: 1 },
      { what: 'results dropped', organizationId: null, value: 0 },
    ],
  }
  return history as unknown as Draft
}

/** As the checker takes it. */
export function asHistory(draft: Draft): History {
  return draft as unknown as History
}

function v1(secret: string): { scheme: 'v1'; secret: string } {
  return { scheme: 'v1', secret }
}

export function changed(
  webhook: Webhook,
  what: WebhookChanged['what'],
  at: number,
  order: number,
  held: WebhookChanged['held'] = null,
): Mutable<WebhookChanged> {
  const times = { askedAt: at, committedAt: at, answeredAt: at }
  return {
    webhookId: webhook.id,
    what,
    held,
    ...times,
    webhook: { ...webhook },
    order,
  }
}

function accepted(organizationId: number, ids: string[], deliveries: number | null) {
  const rest = { type: 'run.completed', bodyHash: null, deliveries, targetId: null, passes: [] }
  const times = { askedAt: T + 1_000, answeredAt: T + 1_005 }
  const events = ids.map((id) => ({ id, ...rest }))
  return { organizationId, ...times, status: 202, idempotency: null, events }
}

/** Signed by the receiver package's signers, not by the checker's own reading of the specification. */
export function request(
  webhookId: string,
  of: keyof typeof EVENTS,
  startedAt: number,
  status: number,
  secrets: readonly string[],
): SeenRequest {
  const { id, body } = EVENTS[of]
  const seconds = Math.floor(startedAt / 1_000)
  return {
    webhookId,
    startedAt,
    at: startedAt + 5,
    endedAt: startedAt + ATTEMPT_MS,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': createV1Signer([...secrets])(id, seconds, body),
      'x-validibot-signature': createHexSigner(secrets.at(-1) ?? '')(body),
    },
    body,
    answer: { status, retryAfterSeconds: null },
    answerArrived: true,
    connection: `of ${webhookId}`,
    node: 'node-1',
  }
}

function delivery(id: string, webhook: Webhook, eventId: string, fields: Partial<Delivery>): Delivery {
  const { organizationId, id: webhookId } = webhook
  const rest = { dueAt: null, leasedAt: null, endedAt: T + 2_000, state: 'delivered' as const }
  return sampleDelivery({ id, organizationId, webhookId, eventId, ...rest, ...fields })
}

export function attempt(deliveryId: string, number: number, startedAt: number, statusCode: number): Attempt {
  return {
    deliveryId,
    number,
    kind: 'auto',
    outcome: statusCode === 200 ? 'delivered' : 'failed',
    startedAt,
    durationMs: ATTEMPT_MS,
    sends: 1,
    statusCode,
    error: null,
    requestHeaders: {
      'webhook-timestamp': String(Math.floor(startedAt / 1_000)),
      'webhook-signature': 'v1,…',
    },
    responseHeaders: {},
    requestBody: null,
    responseBody: null,
    repeats: 0,
    repeatedAt: null,
  }
}

/** One that no receiver had. */
export function unsent(deliveryId: string, number: number, startedAt: number, code: string): Attempt {
  const error = { code, message: 'It was not reached.' }
  const nothing = { statusCode: null, requestHeaders: {}, responseHeaders: null }
  return { ...attempt(deliveryId, number, startedAt, 0), ...nothing, durationMs: 0, error }
}

function settled(
  order: number,
  webhookId: string,
  deliveryId: string,
  statusCode: number,
  state: Partial<WebhookState>,
) {
  const fresh = { status: 'active', health: 'healthy', failureCount: 0, exhaustedInStreak: false } as const
  const webhook: WebhookState = {
    ...fresh,
    lastError: null,
    lastTriggeredAt: null,
    pausedUntil: null,
    ...state,
  }
  const delivered = statusCode === 200
  return {
    ...{ order, at: T + order, webhookId, deliveryId, kind: 'auto' as const, statusCode, webhook },
    outcome: delivered ? ('delivered' as const) : ('failed' as const),
    ...{ endedAt: T + order, retryAfterSeconds: null },
    state: delivered ? ('delivered' as const) : ('pending' as const),
    notSent: false,
    tries: 1,
  }
}

export function lease(order: number, deliveryId: string, fence: number, what: LeaseStep['what']): LeaseStep {
  return { order, at: T + order, deliveryId, fence, node: 'node-1', what }
}
