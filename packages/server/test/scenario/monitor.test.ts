import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../src/core/time.ts'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

/** What the webhook hears of. */
const EVENTS = ['score.dropped', 'schema.changed', 'schema.removed', 'validation.failed']

interface RunBody {
  id: string
  result: string
  score: number | null
  subject: string
  submission: { metadata: Record<string, unknown> }
  ended_at: string | null
}

interface MonitorBody {
  id: string
  next_run_at: string
  last_run: { id: string; result: string; score: number | null; ended_at: string | null } | null
}

interface Told {
  event: string
  data: { validation_id: string; url: string }
}

const LAMP = {
  '@context': 'https://schema.org',
  '@type': 'Product',
  name: 'Lamp',
  description: 'Gives light.',
  image: 'https://shop.example/lamp.jpg',
  sku: 'L-1',
  gtin13: '4006381333931',
  brand: { '@type': 'Brand', name: 'Acme' },
  aggregateRating: { '@type': 'AggregateRating', ratingValue: 4.5, reviewCount: 12 },
  offers: {
    '@type': 'Offer',
    price: '12.50',
    priceCurrency: 'EUR',
    availability: 'https://schema.org/InStock',
    url: 'https://shop.example/lamp',
  },
}
const SHOP = {
  '@context': 'https://schema.org',
  '@type': 'WebSite',
  name: 'Shop',
  url: 'https://shop.example/',
}
const NUMBERED_LAMP = { ...LAMP, sku: 1 }
const { name: _name, description: _description, image: _image, ...POOR_LAMP } = NUMBERED_LAMP

const dataDir = makeDataDir()
let site: Server
/** What the page has, in JSON-LD. */
let things: object[] = []
let server: ServerProcess
let receiver: Receiver
let api: ApiClient
let monitor: MonitorBody
let page: string

beforeAll(async () => {
  site = createServer((_request, response) => {
    const scripts = things.map(
      (thing) => `<script type="application/ld+json">${JSON.stringify(thing)}</script>`,
    )
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><title>Lamp</title>${scripts.join('')}`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  page = `http://127.0.0.1:${(site.address() as AddressInfo).port}/lamp`
  receiver = await startReceiver()
  await start()
  await api.post('/api/v1/webhooks', { url: `${receiver.url}/hook`, events: EVENTS })
  await api.post('/api/v1/workflows', {
    slug: 'pages',
    name: 'Pages',
    steps: [{ type: 'structured-data' }],
  })
  monitor = await api.post('/api/v1/monitors', { url: page, workflow: 'pages', schedule: 'hourly' })
})

afterAll(async () => {
  await receiver.close()
  await server.end('SIGTERM')
  await new Promise((resolve) => site.close(resolve))
  dataDir.remove()
})

async function start(): Promise<void> {
  server = await startServer(dataDir.path, ['--allow-http', '--allow-cidr', '127.0.0.0/8'])
  api = createApiClient(server.url, await makeKey(dataDir.path))
}

/** Runs the monitor over a page that has these things. */
async function runOver(...having: object[]): Promise<RunBody> {
  things = having
  const started = await api.post<RunBody>(`/api/v1/monitors/${monitor.id}/run`, undefined)
  return api.get<RunBody>(`/api/v1/orgs/default/runs/${started.id}/?wait=30`)
}

/** What the webhook was told of a run, once nothing more is owed to it. */
async function toldOf({ id }: RunBody): Promise<string[]> {
  await eventually(
    () => api.get<{ data: unknown[] }>('/api/v1/deliveries?state=pending'),
    ({ data }) => data.length === 0,
  )
  const bodies = receiver.received.map(({ body }) => JSON.parse(body.toString()) as Told)
  const own = bodies.filter(({ data }) => data.validation_id === `val_${id.replaceAll('-', '')}`)
  expect(own.map(({ data }) => data.url)).toEqual(own.map(() => page))
  return own.map(({ event }) => event).sort()
}

describe('a monitor', () => {
  it('tells of each change of its page once, and of nothing else', async () => {
    const steps: [what: string, having: object[], told: string[]][] = [
      ['the first look', [LAMP, SHOP], []],
      ['no change', [LAMP, SHOP], []],
      ['another kind of value', [NUMBERED_LAMP, SHOP], ['schema.changed']],
      ['a type is gone', [NUMBERED_LAMP], ['schema.changed', 'schema.removed']],
      ['what is required is gone', [POOR_LAMP], ['schema.changed', 'score.dropped', 'validation.failed']],
      ['no change for the better', [POOR_LAMP], ['validation.failed']],
      ['all is well again', [LAMP, SHOP], ['schema.changed']],
      ['and stays so', [LAMP, SHOP], []],
    ]
    for (const [what, having, told] of steps) {
      const run = await runOver(...having)
      expect([what, await toldOf(run)]).toEqual([what, told])
      expect(run).toMatchObject({ subject: page, submission: { metadata: { monitor_id: monitor.id } } })
      const { id, result, score, ended_at } = run
      const { last_run } = await api.get<MonitorBody>(`/api/v1/monitors/${monitor.id}`)
      expect(last_run).toEqual({ id, result, score, ended_at })
    }
  })

  it('is run once by the schedule when the server was away at its slots', async () => {
    const other = `${page}/of-old`
    const { id } = await api.post<MonitorBody>('/api/v1/monitors', {
      url: other,
      workflow: 'pages',
      schedule: 'hourly',
    })
    await server.end('SIGTERM')
    const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'))
    database.prepare('UPDATE monitors SET next_run_at = next_run_at - ? WHERE url = ?').run(DAY_MS, other)
    database.close()
    await start()
    const { last_run, next_run_at } = await eventually(
      () => api.get<MonitorBody>(`/api/v1/monitors/${id}`),
      (answer) => (answer.last_run?.ended_at ?? null) !== null,
    )
    expect(Date.parse(next_run_at)).toBeGreaterThan(Date.now())
    const runs = await api.get<{ data: RunBody[] }>(
      `/api/v1/orgs/default/runs?subject=${encodeURIComponent(other)}`,
    )
    expect(runs.data.map((run) => run.id)).toEqual([last_run?.id])
  })
})
