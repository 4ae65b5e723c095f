import { verify } from '@sealpost/receiver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiAnswer, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLLaw'
const RUNS = '/api/v1/orgs/default/workflows/product-validation/runs/'
const SCHEMA = {
  title: 'Product',
  type: 'object',
  required: ['name', 'price'],
  properties: { name: { type: 'string' }, price: { type: 'number', minimum: 0 } },
}

interface RunBody {
  id: string
  status: string
  result: string
  findings: { property: string | null; severity: string }[]
  url: string
}

interface DeliveryBody {
  id: string
  event_type: string
  state: string
  attempts: {
    number: number
    outcome: string
    status_code: number
    request: { headers: Record<string, string>; body: string }
  }[]
}

const dataDir = makeDataDir()
let server: ServerProcess
let receiver: Receiver
let api: ApiClient
let created: ApiAnswer
let submitted: ApiAnswer

/** The whole job once; each test looks at another side of it. */
beforeAll(async () => {
  server = await startServer(dataDir.path)
  receiver = await startReceiver()
  api = createApiClient(server.url, await makeKey(dataDir.path))
  created = await api.call('POST', '/api/v1/webhooks', {
    url: `${receiver.url}/webhooks/validgraph`,
    events: ['validation.failed', 'score.dropped'],
    secret: SECRET,
  })
  await api.post('/api/v1/webhooks', {
    url: `${receiver.url}/validibot`,
    events: ['run.completed', 'run.failed', 'run.succeeded'],
    secret: SECRET,
  })
  await api.post('/api/v1/workflows', {
    slug: 'product-validation',
    name: 'Product Validation',
    steps: [{ type: 'json-schema', config: { schema: SCHEMA } }],
  })
  submitted = await api.call('POST', RUNS, '{"name":"Lamp"}')
  await receiver.until((received) => received.length >= 3)
})

afterAll(async () => {
  await receiver.close()
  await server.end('SIGTERM')
  dataDir.remove()
})

describe('the main job', () => {
  it('answers the documented request for a webhook with the documented fields', async () => {
    expect(created.status).toBe(201)
    const body = created.body as Record<string, unknown>
    const documented = ['id', 'url', 'events', 'status', 'created_at', 'last_triggered_at']
    expect(Object.keys(body).slice(0, documented.length)).toEqual(documented)
    expect(body).toMatchObject({
      url: `${receiver.url}/webhooks/validgraph`,
      events: ['validation.failed', 'score.dropped'],
      status: 'active',
      last_triggered_at: null,
      secret: SECRET,
    })
    expect(body['id']).toMatch(/^webhook_/)
    expect(body['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    const read = await api.get<Record<string, unknown>>(`/api/v1/webhooks/${String(body['id'])}`)
    expect(read).not.toHaveProperty('secret')
    expect(read['last_triggered_at']).not.toBeNull()
  })

  it('judges the document', () => {
    expect(submitted.status).toBe(201)
    const run = submitted.body as RunBody
    expect(run).toMatchObject({ status: 'FAILED', result: 'FAIL' })
    expect(run.findings).toEqual([expect.objectContaining({ severity: 'error', property: 'price' })])
  })

  it('delivers each event once to each webhook that asked, signed', () => {
    const events = receiver.received.map(({ body, headers, path }) => {
      expect(verify({ body, headers }, { secret: SECRET })).toMatchObject({ ok: true })
      return [path, (JSON.parse(body.toString()) as { event: string }).event]
    })
    expect(events.sort()).toEqual([
      ['/validibot', 'run.completed'],
      ['/validibot', 'run.failed'],
      ['/webhooks/validgraph', 'validation.failed'],
    ])
  })

  it('can be looked up: the run, its page, its deliveries and their attempts', async () => {
    const { id } = submitted.body as RunBody
    const looked = await api.get<RunBody>(`/api/v1/orgs/default/runs/${id}/`)
    expect(looked).toMatchObject({ id, result: 'FAIL' })
    expect(looked.url).toBe(`${server.url}/orgs/default/runs/${id}/`)
    const page = await api.call('GET', `/orgs/default/runs/${id}/`, undefined, { accept: 'text/html' })
    expect(page.status).toBe(200)
    expect(page.body).toContain('price')
    const stranger = await fetch(looked.url, { headers: { accept: 'text/html' } })
    expect(stranger.status).toBe(401)

    const list = await api.get<{ data: DeliveryBody[] }>('/api/v1/deliveries?limit=10')
    expect(list.data).toHaveLength(3)
    const delivery = await api.get<DeliveryBody>(`/api/v1/deliveries/${list.data[0]!.id}`)
    expect(delivery.state).toBe('delivered')
    expect(delivery.attempts).toEqual([
      expect.objectContaining({ number: 1, outcome: 'delivered', status_code: 200 }),
    ])
    const logged = delivery.attempts[0]!.request
    expect(logged.headers['webhook-signature']).not.toMatch(/v1,[A-Za-z0-9+/]{43}=/)
    expect(receiver.received.map(({ body }) => body.toString())).toContain(logged.body)
  })

  it('writes one wide line for each event and attempt, and no secret, key or signature', async () => {
    const count = (text: string, kind: string): number => text.split(`"line":"${kind}"`).length - 1
    const output = await eventually(
      async () => server.output(),
      (text) => count(text, 'attempt') >= 3,
    )
    expect(['run', 'event', 'attempt'].map((kind) => count(output, kind))).toEqual([1, 4, 3])
    expect(output).not.toContain(SECRET)
    expect(output).not.toContain('sk_live_')
    for (const { headers } of receiver.received) {
      expect(output).not.toContain(String(headers['webhook-signature']).slice(3))
    }
  })

  it('serves its description and its pages without any other host', async () => {
    const document = (await fetch(`${server.url}/openapi.json`).then((response) => response.json())) as {
      openapi: string
      paths: Record<string, unknown>
    }
    expect(document.openapi).toMatch(/^3\.1/)
    expect(Object.keys(document.paths).length).toBeGreaterThan(20)
    const page = await fetch(`${server.url}/docs/`).then((response) => response.text())
    expect(page).toContain('<html')
    expect(page.match(/(src|href)="(https?:)?\/\//g)).toBeNull()
  })
})
