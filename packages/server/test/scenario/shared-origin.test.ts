import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { http, startRawServer, type RawServer } from '../support/raw-server.ts'
import { makeDataDir, makeKey, sealpost, startServer, type ServerProcess } from '../support/server-process.ts'

const HANGING = 60
const EVENTS = 44
const TYPE = 'thing.happened'

const dataDir = makeDataDir()
let server: ServerProcess
let receiver: RawServer
let hanging: ApiClient
let healthy: ApiClient
/** Requests of either kind that came, and hanging ones that were given up. */
const seen = { hanging: 0, healthy: 0, givenUp: 0 }

beforeAll(async () => {
  receiver = await startRawServer({
    onRequest(socket, _index, path) {
      if (path.startsWith('/hang/')) {
        seen.hanging += 1
        socket.once('close', () => (seen.givenUp += 1))
      } else {
        seen.healthy += 1
        socket.write(http('200 OK'))
      }
    },
  })
  server = await startServer(dataDir.path, ['--log-level', 'error'])
  const made = await sealpost(['orgs', 'create', 'other', '--data-dir', dataDir.path])
  expect(made.code, made.stderr).toBe(0)
  hanging = createApiClient(server.url, await makeKey(dataDir.path))
  healthy = createApiClient(server.url, await makeKey(dataDir.path, ['--org', 'other']))
  for (const api of [hanging, healthy]) {
    await api.post('/api/v1/event-types', { type: TYPE, description: 'Something happened.' })
  }
})

afterAll(async () => {
  // What hangs would be waited for.
  await server.end('SIGKILL')
  await receiver.close()
  dataDir.remove()
})

it('a healthy webhook waits for nobody who hangs at the same host and port', async () => {
  const origin = `http://127.0.0.1:${receiver.port}`
  for (let index = 0; index < HANGING; index++) {
    await hanging.post('/api/v1/webhooks', { url: `${origin}/hang/${index}`, events: [TYPE] })
  }
  const { id } = await healthy.post<{ id: string }>('/api/v1/webhooks', {
    url: `${origin}/ok`,
    events: [TYPE],
  })
  await hanging.post('/api/v1/events', { type: TYPE, data: {} })
  await eventually(
    async () => seen.hanging,
    (count) => count === HANGING,
  )

  for (let index = 0; index < EVENTS; index++) {
    await healthy.post('/api/v1/events', { type: TYPE, data: { index } })
  }
  await eventually(
    async () => seen.healthy,
    (count) => count === EVENTS,
  )
  // Nobody had to hang up first.
  expect(seen).toEqual({ hanging: HANGING, healthy: EVENTS, givenUp: 0 })

  const deliveries = await eventually(
    () => readAll<{ state: string; attempt_count: number }>(healthy, `/api/v1/webhooks/${id}/deliveries`),
    (rows) => rows.every(({ state }) => state === 'delivered'),
  )
  expect(deliveries).toHaveLength(EVENTS)
  expect(new Set(deliveries.map(({ attempt_count: attempts }) => attempts))).toEqual(new Set([1]))
})
