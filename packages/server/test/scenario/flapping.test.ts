import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const TYPE = 'order.paid'
const NAMES = ['a', 'b', 'c', 'd']
const NEWS = ['webhook.failing', 'webhook.recovered', 'webhook.disabled']
const RETRIES = [0, 0, 0, 0]

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
/** At each path it refuses three times, then takes one, and so on. */
let receiver: Receiver

beforeAll(async () => {
  const counts = new Map<string, number>()
  receiver = await startReceiver(({ path }) => {
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    return count % 4 === 0 ? 200 : 503
  })
  server = await startServer(dataDir.path)
  api = createApiClient(server.url, await makeKey(dataDir.path))
})

afterAll(async () => {
  await server.end('SIGTERM')
  await receiver.close()
  dataDir.remove()
})

it('one event to webhooks that flap and hear of each other causes a bounded number of requests', async () => {
  await api.post('/api/v1/event-types', { type: TYPE })
  for (const name of NAMES) {
    await api.post('/api/v1/webhooks', {
      url: `${receiver.url}/${name}`,
      events: [TYPE, ...NEWS],
      retry_schedule: RETRIES,
      // Answers that overtake each other can make a streak of five, and whoever is disabled is told so, rightly.
      disable_after: 0,
    })
  }
  await api.post('/api/v1/events', { type: TYPE, data: {} })

  // What is told with a result is owed with it: once nothing is owed, nothing more is told until a window ends.
  const deliveries = await eventually(
    () => readAll<{ state: string; event_type: string; attempt_count: number }>(api, '/api/v1/deliveries'),
    (rows) => rows.length > NAMES.length && rows.every(({ state }) => state !== 'pending'),
  )
  const { data } = await api.get<{ data: { type: string }[] }>('/api/v1/events?limit=200')
  const told = data.filter(({ type }) => type !== TYPE)
  expect(new Set(told.map(({ type }) => type))).toEqual(new Set(['webhook.failing']))
  expect(told.length).toBeLessThanOrEqual(NAMES.length)
  expect(deliveries).toHaveLength(NAMES.length + told.length * (NAMES.length - 1))
  const attempts = deliveries.reduce((sum, { attempt_count }) => sum + attempt_count, 0)
  expect(attempts).toBeLessThanOrEqual(deliveries.length * (RETRIES.length + 1))
  expect(receiver.received).toHaveLength(attempts)
})
