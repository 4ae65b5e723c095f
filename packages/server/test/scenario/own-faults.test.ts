import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { takeDescriptors } from '../support/descriptors.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

/** More than the server has open when it does nothing, and fewer than the test takes from it. */
const DESCRIPTORS_MAX = 100
const WEBHOOKS = 60
const EVENTS = 3
const EVENT_TYPE = 'custom.thing'

const dataDir = makeDataDir()
let server: ServerProcess
let receiver: Receiver
let api: ApiClient

beforeAll(async () => {
  server = await startServer(dataDir.path, [], { descriptorsMax: DESCRIPTORS_MAX })
  receiver = await startReceiver()
  api = createApiClient(server.url, await makeKey(dataDir.path))
  await api.post('/api/v1/event-types', { type: EVENT_TYPE, description: 'A thing.' })
  for (let index = 0; index < WEBHOOKS; index++) {
    const url = `${receiver.url}/${index}`
    // The first failure that counts disables it.
    await api.post('/api/v1/webhooks', { url, events: [EVENT_TYPE], retry_schedule: [], disable_after: 1 })
  }
})

afterAll(async () => {
  await receiver.close()
  await server.end('SIGTERM')
  dataDir.remove()
})

interface Ready {
  status: string
  warnings: { code: string; message: string; since: string }[]
}

interface Webhook {
  status: string
  health: string
  failure_count: number
  last_error: string | null
}

it('being out of descriptors costs no webhook anything, and what waited is delivered once there are some', async () => {
  const giveBack = await takeDescriptors(server.url, DESCRIPTORS_MAX)
  const events = Array.from({ length: EVENTS }, (_, index) => ({ type: EVENT_TYPE, data: { index } }))
  await api.post('/api/v1/events', { events })

  const ready = await eventually(
    () => api.get<Ready>('/readyz'),
    ({ warnings }) => warnings.length > 0,
  )
  expect(ready).toEqual({
    status: 'ready',
    warnings: [
      {
        code: 'out_of_descriptors',
        message: 'This server has no file descriptors left to open a connection with.',
        since: expect.stringMatching(/^\d{4}-/),
      },
    ],
  })
  // Not one is tried over and over: nothing starts but a probe now and then.
  const repeated = await eventually(
    () => readAll<{ id: string; last_error: string | null }>(api, '/api/v1/deliveries'),
    (rows) => rows.some((row) => row.last_error !== null),
  )
  expect(receiver.received).toEqual([])
  giveBack()

  await receiver.until((received) => received.length >= WEBHOOKS * EVENTS, 90_000)
  const left = await eventually(
    () => readAll<{ state: string }>(api, '/api/v1/deliveries?state=pending'),
    (rows) => rows.length === 0,
  )
  expect(left).toEqual([])
  for (const webhook of await readAll<Webhook>(api, '/api/v1/webhooks')) {
    expect(webhook).toMatchObject({
      status: 'active',
      health: 'healthy',
      failure_count: 0,
      last_error: null,
    })
  }
  const tried = repeated.find((row) => row.last_error !== null)
  const { attempts } = await api.get<{ attempts: Record<string, unknown>[] }>(
    `/api/v1/deliveries/${tried?.id}`,
  )
  expect(attempts).toMatchObject([
    { number: 1, outcome: 'failed', error: { code: 'not_sent' }, request: { headers: {} }, response: null },
    { number: 2, outcome: 'delivered' },
  ])
  expect(await api.get<Ready>('/readyz')).toEqual({ status: 'ready', warnings: [] })
})
