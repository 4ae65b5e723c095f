import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../test/support/test-api.ts'
import { OPERATIONS } from './routes/index.ts'
import type { ApiContext } from './context.ts'

/** Of one organization: something of every kind that has an id. */
interface Belongings {
  org: string
  webhook: string
  channel: string
  delivery: string
  event: string
  run: string
  workflow: string
  project: string
  key: string
  eventType: string
  monitor: string
  alertRule: string
  alert: string
}

const UNKNOWN: Belongings = {
  org: 'nobody',
  webhook: 'webhook_0198c1a29f4e7c3b8d5e6f7081920a1b',
  channel: 'webhook_0198c1a29f4e7c3b8d5e6f7081920a1b',
  delivery: 'dlv_0198c1a29f4e7c3b8d5e6f7081920a1b',
  event: 'evt_0198c1a29f4e7c3b8d5e6f7081920a1b',
  run: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
  workflow: '999999',
  project: 'proj_0198c1a29f4e7c3b8d5e6f7081920a1b',
  key: 'key_0198c1a29f4e7c3b8d5e6f7081920a1b',
  eventType: 'nobodys.type',
  monitor: 'mon_0198c1a29f4e7c3b8d5e6f7081920a1b',
  alertRule: 'rule_0198c1a29f4e7c3b8d5e6f7081920a1b',
  alert: 'alert_0198c1a29f4e7c3b8d5e6f7081920a1b',
}

/** A body that each operation would accept, so that the id is all that can be at fault. */
const BODIES: Record<string, unknown> = {
  updateWebhook: { description: 'mine now' },
  updateChannel: { name: 'Mine now' },
  updateEventType: { description: 'mine now' },
  replayWebhook: { since: '2025-03-22T14:00:00Z', dry_run: true },
  renameProject: { name: 'Mine now' },
  updateWorkflow: { name: 'Mine now' },
  updateMonitor: { name: 'Mine now' },
  updateAlertRule: { name: 'Mine now' },
  testAlertRule: {},
  submitRun: { sku: 'a' },
  reportResult: { result: 'PASS' },
}

let api: TestApi
let mine: TestCaller
let own: Belongings
let theirs: Belongings

async function furnish(slug: string): Promise<[TestCaller, Belongings]> {
  const caller = await api.organization(slug)
  const post = async (url: string, body: unknown) => (await caller.call('POST', url, body)).body
  const project = await post('/api/v1/projects', { name: 'P' })
  const workflow = await post('/api/v1/workflows', {
    slug: `${slug}-flow`,
    name: 'W',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  const wanted = { url: 'https://example.com/', events: ['run.completed'], enabled: false }
  const webhook = await post('/api/v1/webhooks', wanted)
  const slack = { carrier: 'slack', name: 'C', url: 'https://example.com/services/T/B/X' }
  const channel = await post('/api/v1/channels', slack)
  const alertRule = await post('/api/v1/alert-rules', {
    name: 'Every run',
    condition: { rule_type: 'errors', operator: 'gte', value: 0 },
  })
  const run = await post(`/api/v1/orgs/${slug}/workflows/${workflow.id}/results`, { result: 'PASS' })
  const [delivery] = (await caller.call('GET', '/api/v1/deliveries')).body.data
  const [alert] = (await caller.call('GET', '/api/v1/alerts')).body.data
  const key = await post('/api/v1/keys', { name: 'k', scopes: ['read'] })
  const eventType = await post('/api/v1/event-types', { type: `${slug}.happened` })
  await post('/api/v1/workflows', { slug: 'pages', name: 'P', steps: [{ type: 'structured-data' }] })
  const monitor = await post('/api/v1/monitors', {
    url: 'https://example.com/',
    workflow: 'pages',
    schedule: 'weekly',
  })
  const belongings = {
    org: slug,
    webhook: webhook.id,
    channel: channel.id,
    delivery: delivery.id,
    event: delivery.event_id,
    run: run.id,
    workflow: String(workflow.id),
    project: project.id,
    key: key.id,
    eventType: eventType.type,
    monitor: monitor.id,
    alertRule: alertRule.id,
    alert: alert.id,
  }
  return [caller, belongings]
}

beforeAll(async () => {
  api = await createTestApi()
  ;[mine, own] = await furnish('mine')
  ;[, theirs] = await furnish('theirs')
})
afterAll(() => api.close())

interface Route {
  id: string
  method: string
  path: string
}

async function routesWithIds(): Promise<Route[]> {
  const document = (await api.app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, { operationId: string }>>
  }>()
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    path.includes('{')
      ? Object.entries(methods).map(([method, { operationId }]) => ({
          id: operationId,
          method: method.toUpperCase(),
          path,
        }))
      : [],
  )
}

/** What the parameters of a path stand for. */
function kindOf(path: string, parameter: string): keyof Belongings {
  if (parameter === 'org') return 'org'
  if (parameter === 'workflow') return 'workflow'
  if (parameter === 'type') return 'eventType'
  const kind = (/\/([\w-]+?)s\/\{id\}/.exec(path)?.[1] ?? '')
    .replace('deliverie', 'delivery')
    .replace('alert-rule', 'alertRule') as keyof Belongings
  expect(Object.keys(UNKNOWN)).toContain(kind)
  return kind
}

const fill = (path: string, pick: (parameter: string) => string) =>
  path.replace(/\{(\w+)\}/g, (_match, parameter: string) => encodeURIComponent(pick(parameter)))

const comparable = ({ status, body }: { status: number; body: { request_id: string } }) => ({
  status,
  body: JSON.stringify({ ...body, request_id: '' }),
})

describe('another organization’s id', () => {
  it('is answered like one that does not exist, in every place of every path', async () => {
    const routes = await routesWithIds()
    expect(routes.length).toBeGreaterThan(20)
    for (const { id, method, path } of routes) {
      for (const [, replaced = ''] of path.matchAll(/\{(\w+)\}/g)) {
        const ask = async (belongings: Belongings) => {
          const url = fill(
            path,
            (parameter) => (parameter === replaced ? belongings : own)[kindOf(path, parameter)],
          )
          return comparable(await mine.call(method, url, BODIES[id]))
        }
        const unknown = await ask(UNKNOWN)
        expect([id, replaced, unknown.status]).toEqual([id, replaced, 404])
        expect(await ask(theirs), `${method} ${path}, ${replaced}`).toEqual(unknown)
      }
    }
  })

  it('is answered like one that does not exist, in the whole of the path', async () => {
    for (const { id, method, path } of await routesWithIds()) {
      const ask = async (belongings: Belongings) =>
        comparable(
          await mine.call(
            method,
            fill(path, (parameter) => belongings[kindOf(path, parameter)]),
            BODIES[id],
          ),
        )
      expect(await ask(theirs), `${method} ${path}`).toEqual(await ask(UNKNOWN))
    }
  })

  it.each([
    [
      'POST',
      '/api/v1/webhooks',
      (b: Belongings) => ({
        url: 'https://example.com/',
        events: ['run.failed'],
        scope: { type: 'project', id: b.project },
      }),
    ],
    [
      'POST',
      '/api/v1/webhooks',
      (b: Belongings) => ({
        url: 'https://example.com/',
        events: ['run.failed'],
        scope: { type: 'workflow', id: Number(b.workflow) },
      }),
    ],
    [
      'POST',
      '/api/v1/workflows',
      (b: Belongings) => ({
        slug: 'y',
        name: 'Y',
        steps: [{ type: 'webhook', config: { webhook: b.webhook } }],
      }),
    ],
    [
      'POST',
      '/api/v1/monitors',
      (b: Belongings) => ({ url: 'https://example.com/', workflow: b.workflow, schedule: 'daily' }),
    ],
    [
      'POST',
      '/api/v1/monitors',
      (b: Belongings) => ({
        url: 'https://example.com/',
        workflow: 'pages',
        schedule: 'daily',
        project_id: b.project,
      }),
    ],
    [
      'POST',
      '/api/v1/alert-rules',
      (b: Belongings) => ({
        name: 'X',
        scope: { applies_to: 'project', project_id: b.project },
        condition: { rule_type: 'errors' },
      }),
    ],
    [
      'POST',
      '/api/v1/workflows',
      (b: Belongings) => ({
        slug: 'x',
        name: 'X',
        project: b.project,
        steps: [{ type: 'json-schema', config: { schema: {} } }],
      }),
    ],
  ])('is answered so in the body of %s %s', async (method, url, body) => {
    const unknown = comparable(await mine.call(method, url, body(UNKNOWN)))
    expect(unknown.status).toBe(422)
    expect(comparable(await mine.call(method, url, body(theirs)))).toEqual(unknown)
  })

  it.each([
    (b: Belongings) => `/api/v1/deliveries?webhook_id=${b.webhook}`,
    (b: Belongings) => `/api/v1/deliveries?event_id=${b.event}`,
    (b: Belongings) => `/api/v1/orgs/mine/runs?workflow=${b.workflow}`,
    (b: Belongings) => `/api/v1/monitors?workflow=${b.workflow}`,
    (b: Belongings) => `/api/v1/monitors?project_id=${b.project}`,
    (b: Belongings) => `/api/v1/alerts?rule=${b.alertRule}`,
    (b: Belongings) => `/orgs/${b.org}/runs/${b.run}/`,
  ])('is answered so in a filter and on the page of a run', async (url) => {
    expect((await mine.call('GET', url(theirs))).text).toBe((await mine.call('GET', url(UNKNOWN))).text)
  })

  it('left its owner’s things alone', async () => {
    const found = await api.store.webhooks.byId(theirs.webhook)
    expect(found).toMatchObject({ description: '', deletedAt: null, status: 'disabled' })
  })
})

describe('the own ids', () => {
  it('are found by every operation, so that the test above tests something', async () => {
    const operations = OPERATIONS.map((make) => make({} as ApiContext))
    const reads = operations.filter(({ method, path }) => method === 'GET' && /:(?:id|type)/.test(path))
    for (const { path } of reads) {
      const template = path.replace(/:(\w+)/g, '{$1}')
      const url = fill(template, (parameter) => own[kindOf(template, parameter)])
      expect([url, (await mine.call('GET', url)).status]).toEqual([url, 200])
    }
  })
})
