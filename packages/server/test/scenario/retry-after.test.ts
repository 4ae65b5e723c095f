import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Received, type Receiver, type Reply } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const HOUR_MS = 3_600_000
const TYPE = 'order.paid'

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
let key: string
/** What each path of it answers; 200 where nothing else is said. */
const replies = new Map<string, Reply>()
let receiver: Receiver
/** Hears the same events: once it has one, the other would have had it too. */
let witness: Receiver

interface WebhookBody {
  id: string
  status: string
  health: string
  failure_count: number
  paused_until: string | null
}

beforeAll(async () => {
  receiver = await startReceiver(({ path }) => replies.get(path) ?? 200)
  witness = await startReceiver()
  server = await startServer(dataDir.path)
  key = await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
  await api.post('/api/v1/event-types', { type: TYPE })
  await api.post('/api/v1/webhooks', { url: witness.url, events: [TYPE] })
})

afterAll(async () => {
  await server.end('SIGTERM')
  await Promise.all([receiver.close(), witness.close()])
  dataDir.remove()
})

/** A webhook to a path of its own; `read` reads it again, `received` is what came there. */
async function addWebhook(path: string, fields: object = {}) {
  const { id } = await api.post<WebhookBody>('/api/v1/webhooks', {
    ...{ url: receiver.url + path, events: [TYPE], retry_schedule: [1, 1, 1, 1], ...fields },
  })
  const atPath = (): Received[] => receiver.received.filter((request) => request.path === path)
  return {
    id,
    received: atPath,
    read: () => api.get<WebhookBody>(`/api/v1/webhooks/${id}`),
    untilReceived: (count: number) => receiver.until(() => atPath().length >= count),
    remove: () => api.call('DELETE', `/api/v1/webhooks/${id}`),
  }
}

/** Publishes events, and waits until the witness has them and what goes out with them has gone. */
async function publish(count: number): Promise<void> {
  const before = witness.received.length
  for (let index = 0; index < count; index++) {
    await api.post('/api/v1/events', { type: TYPE, data: { index } })
  }
  await witness.until((received) => received.length >= before + count)
}

it('after a Retry-After nothing else of the webhook is sent but by hand, until it is enabled', async () => {
  replies.set('/busy', { status: 503, headers: { 'retry-after': '3600' } })
  const asked = Date.now()
  const webhook = await addWebhook('/busy')
  await publish(1)
  const paused = await eventually(webhook.read, ({ paused_until }) => paused_until !== null)
  expect(paused).toMatchObject({ status: 'active', health: 'healthy', failure_count: 1 })
  expect(Date.parse(paused.paused_until ?? '')).toBeGreaterThanOrEqual(asked + HOUR_MS - 1_000)

  replies.delete('/busy')
  await publish(10)
  await server.end('SIGKILL')
  server = await startServer(dataDir.path)
  api = createApiClient(server.url, key)
  await publish(3)
  expect(webhook.received()).toHaveLength(1)
  expect((await webhook.read()).paused_until).toBe(paused.paused_until)

  const test = await api.post<{ delivered: boolean }>(`/api/v1/webhooks/${webhook.id}/test`, {})
  expect(test.delivered).toBe(true)
  expect(webhook.received()).toHaveLength(2)

  const { data } = await api.get<{ data: { id: string }[] }>(
    `/api/v1/webhooks/${webhook.id}/deliveries?state=pending`,
  )
  expect(data).toHaveLength(14)
  const id = data.at(-1)?.id ?? ''
  await api.post(`/api/v1/deliveries/${id}/resend`, {})
  await eventually(
    () => api.get<{ state: string }>(`/api/v1/deliveries/${id}`),
    ({ state }) => state === 'delivered',
  )
  await publish(1)
  expect(webhook.received()).toHaveLength(3)

  const enabled = await api.post<WebhookBody>(`/api/v1/webhooks/${webhook.id}/enable`, {})
  expect(enabled).toMatchObject({ status: 'active', paused_until: null })
  await webhook.untilReceived(17)
  await webhook.remove()
})

it('another URL ends the pause, and what waits goes there', async () => {
  replies.set('/before', { status: 429, headers: { 'retry-after': '3600' } })
  const webhook = await addWebhook('/before')
  await publish(1)
  await eventually(webhook.read, ({ paused_until }) => paused_until !== null)
  await publish(2)
  const url = `${receiver.url}/after`
  const { body } = await api.call('PATCH', `/api/v1/webhooks/${webhook.id}`, { url })
  expect(body).toMatchObject({ paused_until: null })
  await receiver.until((received) => received.filter(({ path }) => path === '/after').length >= 2)
  expect(webhook.received()).toHaveLength(1)
  await webhook.remove()
})

const inAnHour = (): Date => new Date(Date.now() + HOUR_MS)
const imf = (time: Date): string => time.toUTCString()
const rfc850 = (time: Date): string => {
  const day = time.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
  return `${day}, ${imf(time).slice(5, 16).replaceAll(' ', '-').replace(/-20/, '-')} ${imf(time).slice(17)}`
}
const asctime = (time: Date): string => {
  const [, date = '', month = '', year = '', at = ''] = imf(time).split(' ')
  return `${imf(time).slice(0, 3)} ${month} ${date.replace(/^0/, ' ')} ${at} ${year}`
}

it.each([
  ['IMF-fixdate', imf],
  ['rfc850', rfc850],
  ['asctime', asctime],
])('a date in the form %s is heeded, and its owner may end the pause', async (form, write) => {
  const time = inAnHour()
  replies.set(`/${form}`, { status: 429, headers: { 'retry-after': write(time) } })
  const webhook = await addWebhook(`/${form}`)
  await publish(1)
  const { paused_until } = await eventually(webhook.read, (found) => found.paused_until !== null)
  expect(Math.abs(Date.parse(paused_until ?? '') - time.getTime())).toBeLessThan(5_000)
  replies.delete(`/${form}`)
  await publish(1)
  expect(webhook.received()).toHaveLength(1)

  const path = `/api/v1/webhooks/${webhook.id}`
  const refused = await api.call('PATCH', path, { paused_until: time.toISOString() })
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'paused_until' }] } })
  const patched = await api.call('PATCH', path, { paused_until: null })
  expect(patched).toMatchObject({ status: 200, body: { paused_until: null } })
  await webhook.untilReceived(2)
  await webhook.remove()
})

it.each(['2030-01-01T00:00:00Z', 'Fri, 31 Feb 2030 00:00:00 GMT', 'tomorrow', '-1', '1e9', '3600, 60'])(
  'what is no date asks for nothing: %s',
  async (text) => {
    const path = `/${encodeURIComponent(text)}`
    replies.set(path, { status: 503, headers: { 'retry-after': text } })
    const webhook = await addWebhook(path, { retry_schedule: [] })
    await publish(1)
    const { paused_until } = await eventually(webhook.read, ({ failure_count }) => failure_count === 1)
    expect(paused_until).toBeNull()
    await webhook.remove()
  },
)
