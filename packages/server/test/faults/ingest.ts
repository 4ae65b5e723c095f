import { createHash } from 'node:crypto'
import type { ApiClient } from '../support/api-client.ts'
import type { Ingest, IngestedEvent } from '../invariants/history.ts'
import { ORGANIZATION_ID } from './facts.ts'

/** One request that asks the server to accept events. */
export interface Report {
  path: string
  body: string
  idempotencyKey: string
}

/**
 * event — one event
 * batch — a few of them in one request
 * run   — a run that an external validator finished, which makes four
 * job   — a document to be judged here, which makes events when that is done, before or after the answer
 */
export type ReportKind = 'event' | 'batch' | 'run' | 'job'

/** What reports are about unless they say otherwise. */
export const EVENT_TYPE = 'load.made'
/** For webhooks that are to hear of some reports only. */
export const OTHER_EVENT_TYPE = 'load.other'
/** Its events are held against a schema before they are accepted. */
export const JUDGED_EVENT_TYPE = 'load.judged'

const WORKFLOW = 'load'
const WORKFLOW_PATH = `/api/v1/orgs/default/workflows/${WORKFLOW}`
const DATA_SCHEMA = { type: 'object', properties: { number: { type: 'integer' } }, required: ['number'] }
const BATCH_EVENTS = 3
/** The events that a run makes, in the order of their ids. Any document passes; what is reported fails. */
const TYPES_OF_RUN = {
  PASS: ['run.completed', 'run.succeeded', 'validation.completed'],
  FAIL: ['run.completed', 'run.failed', 'validation.completed', 'validation.failed'],
}

/** What must be there before anything can be reported. */
export async function prepareIngest(api: ApiClient): Promise<void> {
  for (const type of [EVENT_TYPE, OTHER_EVENT_TYPE]) await api.post('/api/v1/event-types', { type })
  await api.post('/api/v1/event-types', { type: JUDGED_EVENT_TYPE, schema: DATA_SCHEMA })
  await api.post('/api/v1/workflows', {
    slug: WORKFLOW,
    name: 'Load',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
}

/** The same number is the same request, byte for byte. */
export function reportOf(number: number, kind: ReportKind = 'event', type: string = EVENT_TYPE): Report {
  const event = { type, data: { number } }
  const idempotencyKey = `report-${number}`
  switch (kind) {
    case 'event':
      return { path: '/api/v1/events', body: JSON.stringify(event), idempotencyKey }
    case 'batch': {
      const events = Array.from({ length: BATCH_EVENTS }, () => event)
      return { path: '/api/v1/events', body: JSON.stringify({ events }), idempotencyKey }
    }
    case 'run': {
      const path = `${WORKFLOW_PATH}/results`
      const findings = [{ severity: 'error', code: 'required', message: 'Property is required' }]
      const body = JSON.stringify({ result: 'FAIL', findings, subject: `report ${number}` })
      return { path, body, idempotencyKey }
    }
    case 'job':
      return { path: `${WORKFLOW_PATH}/runs/`, body: JSON.stringify({ number }), idempotencyKey }
  }
}

export interface Ingested {
  noted: Ingest
  /** Of the problem, when it was refused. */
  code: string | null
  /** The run that was accepted with it, if it asked for one. */
  runId: string | null
}

/** Makes the request, once. Never rejects: when no answer came, the status is null. */
export async function ingest(api: ApiClient, { path, body, idempotencyKey }: Report): Promise<Ingested> {
  const asked = {
    organizationId: ORGANIZATION_ID,
    askedAt: Date.now(),
    idempotency: { key: idempotencyKey, requestHash: createHash('sha256').update(body).digest('hex') },
  }
  try {
    const answer = await api.call('POST', path, body, { 'idempotency-key': idempotencyKey })
    const answered = { ...asked, answeredAt: Date.now(), status: answer.status }
    if (answer.status >= 300) {
      const { code } = answer.body as { code: string }
      return { noted: { ...answered, events: [] }, code, runId: null }
    }
    const accepted = answer.body as AcceptedBody
    const runId = 'events' in accepted ? accepted.id : null
    return { noted: { ...answered, events: eventsOf(accepted) }, code: null, runId }
  } catch {
    // The server was killed under this request: no promise was given.
    return { noted: { ...asked, answeredAt: null, status: null, events: [] }, code: null, runId: null }
  }
}

interface PublishedBody {
  id: string
  type: string
  deliveries: number
}

interface RunBody {
  id: string
  result: string
  events: string[]
}

/** Of one event, a batch, or a run, which has no events before its end. */
type AcceptedBody = PublishedBody | { results: PublishedBody[] } | RunBody

function eventsOf(body: AcceptedBody): IngestedEvent[] {
  if ('events' in body) {
    const types = TYPES_OF_RUN[body.result === 'PASS' ? 'PASS' : 'FAIL']
    return body.events.map((id, index) => named(id, types[index] ?? 'unknown', null))
  }
  const published = 'results' in body ? body.results : [body]
  return published.map(({ id, type, deliveries }) => named(id, type, deliveries))
}

function named(id: string, type: string, deliveries: number | null): IngestedEvent {
  return { id, type, bodyHash: null, deliveries, targetId: null, passes: null }
}
