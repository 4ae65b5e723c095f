import { afterAll, expect, it } from 'vitest'
import { createApiClient, readAll } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer } from '../support/server-process.ts'

const RUNS = 1_000
const WEBHOOKS = 10
const DELIVERIES = RUNS * WEBHOOKS
const KILLS = 4
const AT_ONCE = 50

const dataDir = makeDataDir()
afterAll(() => dataDir.remove())

interface DeliveryBody {
  id: string
  event_id: string
  webhook_id: string
  state: string
}

it(`kill -9, ${KILLS} times in the middle of ${DELIVERIES} deliveries, loses nothing that was answered`, async () => {
  // Each request is counted by event and webhook; a repeat is allowed only after a kill, and bears the same id.
  const seen = new Map<string, number>()
  const receiver = await startReceiver((request) => {
    const name = `${request.path}/${String(request.headers['webhook-id'])}`
    seen.set(name, (seen.get(name) ?? 0) + 1)
    return 200
  })
  let server = await startServer(dataDir.path, ['--rate-limit', '1000000', '--log-level', 'error'])
  const key = await makeKey(dataDir.path)
  let api = createApiClient(server.url, key)
  await api.post('/api/v1/workflows', {
    slug: 'load',
    name: 'Load',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  for (let index = 0; index < WEBHOOKS; index++) {
    await api.post('/api/v1/webhooks', {
      url: `${receiver.url}/${index}`,
      events: ['run.completed'],
      retry_schedule: [1, 1, 1, 1, 1, 1, 1, 1],
    })
  }

  const answered = new Set<string>()
  let next = 0
  async function report(): Promise<void> {
    while (next < RUNS) {
      const subject = `run-${next++}`
      try {
        const run = await api.post<{ id: string }>('/api/v1/orgs/default/workflows/load/results', {
          result: 'PASS',
          subject,
        })
        answered.add(run.id)
      } catch {
        // The server was killed under this request: no promise was given. The next server gets the rest.
        return
      }
    }
  }
  for (let kill = 1; kill <= KILLS; kill++) {
    const reporters = Array.from({ length: AT_ONCE }, report)
    await receiver.until((received) => received.length >= (kill * DELIVERIES) / (KILLS + 2), 60_000)
    await server.end('SIGKILL')
    await Promise.all(reporters.map((reporter) => reporter.catch(() => undefined)))
    server = await startServer(dataDir.path, ['--rate-limit', '1000000', '--log-level', 'error'])
    api = createApiClient(server.url, key)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, report))

  const runs = await readAll<{ id: string; status: string }>(api, '/api/v1/orgs/default/runs/')
  expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length)
  const stored = new Set(runs.map(({ id }) => id))
  expect([...answered].filter((id) => !stored.has(id))).toEqual([])

  const deliveries = await eventually(
    () => readAll<DeliveryBody>(api, '/api/v1/deliveries'),
    (rows) => rows.every(({ state }) => state !== 'pending'),
    60_000,
  )
  expect(deliveries).toHaveLength(runs.length * WEBHOOKS)
  expect(deliveries.filter(({ state }) => state !== 'delivered')).toEqual([])
  expect(new Set(deliveries.map(({ event_id, webhook_id }) => `${event_id}/${webhook_id}`)).size).toBe(
    deliveries.length,
  )
  expect(seen.size).toBe(deliveries.length)
  const repeats = [...seen.values()].reduce((sum, count) => sum + count - 1, 0)
  // No more than what could be in flight, or answered and not yet committed, at each kill.
  expect(repeats).toBeLessThanOrEqual(KILLS * WEBHOOKS * 110)

  expect(await server.end('SIGTERM')).toBe(0)
  await receiver.close()
}, 180_000)
