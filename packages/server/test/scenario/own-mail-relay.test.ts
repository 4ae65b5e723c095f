import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startMailServer } from '../support/mail-server.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient

beforeAll(async () => {
  const closed = await startMailServer()
  await closed.close()
  server = await startServer(dataDir.path, ['--smtp-from', 'alerts@example.com'], {
    environment: { SEALPOST_SMTP_URL: `smtp://127.0.0.1:${closed.port}?tls=off` },
  })
  api = createApiClient(server.url, await makeKey(dataDir.path))
})

afterAll(async () => {
  await server.end('SIGTERM')
  dataDir.remove()
})

interface Delivery {
  state: string
  attempts: { error: { code: string } | null; repeats: number }[]
}

it('a mail server that is down costs no channel anything', async () => {
  await api.post('/api/v1/event-types', { type: 'custom.thing', description: 'A thing.' })
  const channel = await api.post<{ id: string }>('/api/v1/channels', {
    carrier: 'email',
    name: 'On call',
    recipients: ['oncall@example.com'],
    events: ['custom.thing'],
  })
  await api.post('/api/v1/events', { type: 'custom.thing', data: {} })
  const [delivery] = await eventually(
    () => readAll<{ id: string }>(api, '/api/v1/deliveries'),
    (rows) => rows.length > 0,
  )
  const tried = await eventually(
    () => api.get<Delivery>(`/api/v1/deliveries/${delivery?.id}`),
    ({ attempts }) => (attempts[0]?.repeats ?? 0) >= 2,
  )
  expect(tried).toMatchObject({ state: 'pending', attempts: [{ error: { code: 'connection_refused' } }] })
  expect(tried.attempts).toHaveLength(1)
  expect(await api.get(`/api/v1/channels/${channel.id}`)).toMatchObject({
    status: 'active',
    health: 'healthy',
    failure_count: 0,
  })
  const { warnings } = await api.get<{ warnings: { code: string }[] }>('/readyz')
  expect(warnings).toMatchObject([{ code: 'mail_relay' }])
})
