import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'
import { eventually } from '../support/eventually.ts'

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient

beforeAll(async () => {
  server = await startServer(dataDir.path)
  api = createApiClient(server.url, await makeKey(dataDir.path))
})

afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

/** A port of this machine where nothing listens. */
async function deadPort(): Promise<number> {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  await new Promise((resolve) => holder.close(resolve))
  return port
}

it('five attempts to a dead URL disable the webhook by the documented words', async () => {
  await api.post('/api/v1/workflows', {
    slug: 'external',
    name: 'External',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  const { id } = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: `http://127.0.0.1:${await deadPort()}/gone`,
    events: ['run.completed'],
    retry_schedule: [0, 0, 0, 0],
  })
  await api.post('/api/v1/orgs/default/workflows/external/results', { result: 'PASS' })
  const webhook = await eventually(
    () => api.get<Record<string, unknown>>(`/api/v1/webhooks/${id}`),
    ({ status }) => status !== 'active',
  )
  expect(webhook).toMatchObject({
    status: 'disabled_too_many_failures',
    enabled: false,
    health: 'failing',
    failure_count: 5,
  })
  expect(webhook['last_error']).toMatch(/refused|listens/i)
  const { data } = await api.get<{ data: { attempt_count: number; state: string }[] }>(
    `/api/v1/webhooks/${id}/deliveries`,
  )
  expect(data).toEqual([expect.objectContaining({ state: 'exhausted', attempt_count: 5 })])

  // What happens meanwhile is held, and the owner may drop it.
  await api.post('/api/v1/orgs/default/workflows/external/results', { result: 'PASS' })
  const held = await api.get<{ data: { state: string }[] }>(`/api/v1/deliveries?webhook_id=${id}&state=held`)
  expect(held.data).toHaveLength(1)
  const enabled = await api.post<Record<string, unknown>>(`/api/v1/webhooks/${id}/enable`, { held: 'drop' })
  expect(enabled).toMatchObject({ status: 'active', failure_count: 0, last_error: null })
  const dropped = await api.get<{ data: unknown[] }>(`/api/v1/deliveries?webhook_id=${id}&state=cancelled`)
  expect(dropped.data).toHaveLength(1)
})
