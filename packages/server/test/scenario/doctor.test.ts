import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { http, startRawServer } from '../support/raw-server.ts'
import { startReceiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, sealpost, startServer } from '../support/server-process.ts'

const dataDir = makeDataDir()
afterAll(() => dataDir.remove())

it('doctor judges the settings of the running server, and names webhooks and monitors that fail', async () => {
  // Started with --allow-http and --allow-cidr, which doctor is not told of.
  const server = await startServer(dataDir.path, ['--retention', '7d'])
  const api = createApiClient(server.url, await makeKey(dataDir.path))
  const receiver = await startReceiver(() => 410)
  await api.post('/api/v1/event-types', { type: 'order.paid', description: 'An order was paid.' })
  const made = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: `${receiver.url}/hook?token=abcdefghijklmnop`,
    events: ['order.paid'],
  })
  await api.post('/api/v1/events', { type: 'order.paid', data: {} })
  await eventually(
    () => api.get<{ status: string }>(`/api/v1/webhooks/${made.id}`),
    ({ status }) => status === 'disabled_gone',
  )
  await api.post('/api/v1/event-types', { type: 'order.sent' })
  const silent = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: receiver.url,
    events: ['order.sent'],
    filter: 'data.amont > 5',
  })
  await api.post('/api/v1/events', { type: 'order.sent', data: { amount: 10 } })
  const moved = await startRawServer({
    onRequest: (socket) =>
      socket.end(http('302 Found', { location: 'https://a.example/?token=ponmlkjihgfedcba' })),
  })
  const failing = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: `http://127.0.0.1:${moved.port}/`,
    events: ['order.paid'],
    retry_schedule: [],
    disable_after: 1,
  })
  await api.post('/api/v1/events', { type: 'order.paid', data: {} })
  await eventually(
    () => api.get<{ status: string }>(`/api/v1/webhooks/${failing.id}`),
    ({ status }) => status === 'disabled_too_many_failures',
  )
  await moved.close()
  await api.post('/api/v1/workflows', { slug: 'pages', name: 'Pages', steps: [{ type: 'structured-data' }] })
  const watched = await api.post<{ id: string }>('/api/v1/monitors', {
    name: 'Lamp',
    url: `${receiver.url}/lamp?token=abcdefghijklmnop`,
    workflow: 'pages',
    schedule: 'weekly',
  })
  const { id: runId } = await api.post<{ id: string }>(`/api/v1/monitors/${watched.id}/run`, undefined)
  await api.get(`/api/v1/orgs/default/runs/${runId}/?wait=30`)

  const { code, stdout } = await sealpost(['doctor', '--data-dir', dataDir.path])
  expect(code).toBe(0)
  expect(stdout).toContain(`Settings of the server at ${server.url}`)
  expect(stdout).toMatch(/retention +7d/)
  expect(stdout).toContain('Webhooks and pages may go over plain http')
  expect(stdout).toContain(`! Webhook ${made.id} of default`)
  expect(stdout).toContain('was disabled (disabled_gone): Your server said that this endpoint is gone')
  expect(stdout).toContain(`POST /api/v1/webhooks/${made.id}/enable`)
  expect(stdout).toContain(
    `! The filter of webhook ${silent.id} of default passed over the only event so far`,
  )
  expect(stdout).toMatch(
    new RegExp(`! Monitor ${watched.id} of default \\(Lamp, .*\\) is failing: .*gone for good`),
  )
  expect(stdout).not.toContain('abcdefghijklmnop')
  expect(stdout).toContain('Your server redirects to https://a.example/?token=… (302)')
  expect(stdout).not.toContain('Nothing is wrong')

  expect(await server.end('SIGTERM')).toBe(0)
  expect(existsSync(join(dataDir.path, 'running.json'))).toBe(false)
  const alone = await sealpost(['doctor', '--data-dir', dataDir.path])
  expect(alone.stdout).toMatch(/retention +30d/)
  await receiver.close()
})

it('what a killed server left behind is not taken for a running one', async () => {
  const server = await startServer(dataDir.path, ['--retention', '7d'])
  await server.end('SIGKILL')
  const { stdout } = await sealpost(['doctor', '--data-dir', dataDir.path])
  expect(stdout).toContain('No server runs on this data directory')
  expect(stdout).toMatch(/retention +30d/)
})
