import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const dataDir = makeDataDir()
let server: ServerProcess
let receiver: Receiver
let api: ApiClient

beforeAll(async () => {
  receiver = await startReceiver(() => 503)
  server = await startServer(dataDir.path)
  api = createApiClient(server.url, await makeKey(dataDir.path))
  await api.post('/api/v1/event-types', { type: 'order.paid' })
})
afterAll(async () => {
  await server.end('SIGKILL')
  await receiver.close()
  dataDir.remove()
})

type Line = Record<string, unknown>

const lines = (): Line[] =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)

const lineOf = (wanted: Line): Promise<Line | undefined> =>
  eventually(
    async () => lines().find((line) => Object.entries(wanted).every(([name, value]) => line[name] === value)),
    (line) => line !== undefined,
  )

const subscribe = (): Promise<{ id: string }> =>
  api.post('/api/v1/webhooks', {
    url: `${receiver.url}/hooks/8f3a9c1e7b2d4f60?token=0123456789abcdef`,
    events: ['order.paid'],
    retry_schedule: [],
  })

it('an attempt tells where it went, without credentials, and why it failed', async () => {
  const { id } = await subscribe()
  await api.post('/api/v1/events', { type: 'order.paid', data: 1 })
  expect(await lineOf({ line: 'attempt', webhook_id: id })).toMatchObject({
    url: `${receiver.url}/hooks/…?token=…`,
    error_code: 'http_server_error',
    error: expect.stringContaining('503') as string,
  })
})

it('changes of webhooks, secrets and keys tell who asked for them', async () => {
  const { id: target } = await subscribe()
  await api.post(`/api/v1/webhooks/${target}/rotate-secret`, {})
  await api.get(`/api/v1/webhooks/${target}/secret`)
  const made = await api.post<{ id: string; key: string }>('/api/v1/keys', { name: 'ci', scopes: ['write'] })
  await api.call('DELETE', `/api/v1/keys/${made.id}`)
  await api.call('PATCH', `/api/v1/webhooks/${target}`, { description: 'one' })
  await api.call('DELETE', `/api/v1/webhooks/${target}`)
  const operations = ['createWebhook', 'rotateSecret', 'revealSecret', 'updateWebhook', 'deleteWebhook']
  for (const operation of operations) {
    expect(await lineOf({ line: 'change', operation, target })).toMatchObject({
      organization_id: 1,
      key_id: expect.stringMatching(/^key_/) as string,
      request_id: expect.any(String) as string,
    })
  }
  await lineOf({ line: 'change', operation: 'createKey', target: made.id })
  await lineOf({ line: 'change', operation: 'revokeKey', target: made.id })
  expect(server.output()).not.toContain(made.key)
})

it('a refused change is none', async () => {
  await api.call('PATCH', '/api/v1/webhooks/webhook_nothing', { description: 'one' })
  await api.post('/api/v1/projects', { name: 'Last' })
  await lineOf({ line: 'change', operation: 'createProject' })
  expect(server.output()).not.toContain('webhook_nothing')
})

it('what is in use says by what, and a path that is nobody’s that it is unknown', async () => {
  const { id } = await subscribe()
  expect(await api.call('DELETE', '/api/v1/event-types/order.paid')).toMatchObject({
    status: 409,
    body: { code: 'in_use', detail: expect.stringContaining(id) as string },
  })
  expect(await api.call('GET', '/api/v1/webhook')).toMatchObject({
    status: 404,
    body: { code: 'unknown_route', detail: expect.stringContaining('GET /api/v1/webhook') as string },
  })
})
