// All that the benchmark knows of Sealpost's API.
import { EVENT_DATA, SLOTS } from '../load/event-text.ts'
import { requestText } from '../load/request-template.ts'

/** So that an event is as large as the others of the benchmark, and a thousand of them fit into one request. */
const PADDING = 'x'.repeat(600)

export interface Api {
  declareType(type: string): Promise<void>
  /** Hears every event of these types, or only those of one workflow. */
  createWebhook(wish: {
    url: string
    events: readonly string[]
    workflow?: number
    enabled?: boolean
  }): Promise<void>
  /** So many events in one request. Answers the last one's id, and how many deliveries are owed in all. */
  publish(type: string, events: number): Promise<{ lastId: string; deliveries: number }>
  /** How many deliveries of an event there are. */
  countDeliveries(eventId: string): Promise<number>
  /** Answers its id. */
  createWorkflow(slug: string): Promise<number>
  /** Answers a key of it. */
  createOrganization(slug: string): Promise<string>
}

export function createApi({ port, key, secret }: { port: number; key: string; secret: string }): Api {
  async function post(path: string, body: unknown, status = 201): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (response.status !== status) throw new Error(`POST ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
  return {
    async declareType(type) {
      await post('event-types', { type, description: 'An event of the benchmark' })
    },
    async createWebhook({ url, events, workflow, enabled = true }) {
      const scope = workflow === undefined ? { type: 'organization' } : { type: 'workflow', id: workflow }
      await post('webhooks', { url, events, secret, scope, enabled })
    },
    async publish(type, count) {
      const events = Array.from({ length: count }, (_, number) => ({ type, data: { number, text: PADDING } }))
      const { results } = (await post('events', { events }, 202)) as {
        results: { id: string; deliveries: number }[]
      }
      const deliveries = results.reduce((sum, one) => sum + one.deliveries, 0)
      return { lastId: results.at(-1)?.id ?? '', deliveries }
    },
    async countDeliveries(eventId) {
      let [count, cursor] = [0, null as string | null]
      do {
        const query = `event_id=${eventId}&limit=200${cursor === null ? '' : `&cursor=${cursor}`}`
        const response = await fetch(`http://127.0.0.1:${port}/api/v1/deliveries?${query}`, {
          headers: { 'x-api-key': key },
        })
        if (response.status !== 200) throw new Error(`GET deliveries: ${response.status}`)
        const page = (await response.json()) as { data: unknown[]; next_cursor: string | null }
        count += page.data.length
        cursor = page.next_cursor
      } while (cursor !== null)
      return count
    },
    async createWorkflow(slug) {
      const steps = [{ type: 'json-schema', config: { schema: { type: 'object' } } }]
      const made = (await post('workflows', { slug, name: slug, steps })) as { id: number }
      return made.id
    },
    async createOrganization(slug) {
      return ((await post('orgs', { slug, name: slug })) as { api_key: string }).api_key
    },
  }
}

export interface IngestOptions {
  eventsPerRequest?: number
  /** Each request under an Idempotency-Key of its own. */
  idempotent?: boolean
}

/** A whole request that hands events in, with slots (load/event-text.ts). */
export function ingestRequest(
  key: string,
  type: string,
  { eventsPerRequest = 1, idempotent = true }: IngestOptions,
): string {
  const event = `{"type":"${type}","data":${EVENT_DATA}}`
  const events = Array.from({ length: eventsPerRequest }, () => event)
  return requestText({
    path: '/api/v1/events',
    headers: { 'x-api-key': key, ...(idempotent && { 'idempotency-key': `bench-${SLOTS.key}` }) },
    body: eventsPerRequest === 1 ? event : `{"events":[${events.join(',')}]}`,
  })
}
