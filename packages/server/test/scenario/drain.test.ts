import { afterAll, expect, it } from 'vitest'
import { createApiClient, readAll } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, sealpost, startServer } from '../support/server-process.ts'

const dataDir = makeDataDir()
afterAll(() => dataDir.remove())

interface DeliveryBody {
  state: string
  attempt_count: number
}

it('SIGTERM lets what is in flight end, and leaves the rest to the next start', async () => {
  let answer: () => void = () => undefined
  const held = new Promise<void>((resolve) => (answer = resolve))
  const receiver = await startReceiver(async () => {
    await held
    return 200
  })
  const server = await startServer(dataDir.path, ['--webhook-concurrency', '2'])
  const key = await makeKey(dataDir.path)
  const api = createApiClient(server.url, key)
  await api.post('/api/v1/workflows', {
    slug: 'w',
    name: 'W',
    steps: [{ type: 'json-schema', config: { schema: {} } }],
  })
  await api.post('/api/v1/webhooks', { url: receiver.url, events: ['run.completed'] })
  for (let index = 0; index < 10; index++) {
    await api.post('/api/v1/orgs/default/workflows/w/results', { result: 'PASS' })
  }
  await receiver.until((received) => received.length === 2)

  const ended = server.end('SIGTERM')
  // Balancers are told to look elsewhere while the two in flight wait for their answers.
  const readiness = () => fetch(`${server.url}/readyz`).then((response) => response.status)
  expect(await eventually(readiness, (status) => status !== 200)).toBe(503)
  const refused = await api.call('POST', '/api/v1/orgs/default/workflows/w/results', { result: 'PASS' })
  expect(refused).toMatchObject({ status: 503, body: { code: 'shutting_down' } })
  answer()
  expect(await ended).toBe(0)
  expect(receiver.received).toHaveLength(2)
  expect(server.output()).toMatch(/"level":"info".*"line":"stopped"/)

  const next = await startServer(dataDir.path)
  await receiver.until((received) => received.length === 10)
  const rows = await eventually(
    () => readAll<DeliveryBody>(createApiClient(next.url, key), '/api/v1/deliveries'),
    (deliveries) => deliveries.every(({ state }) => state === 'delivered'),
  )
  // No attempt is doubtful: a calm stop gives back what it had not begun.
  expect(rows.map(({ attempt_count }) => attempt_count)).toEqual(Array.from({ length: 10 }, () => 1))
  expect(await next.end('SIGTERM')).toBe(0)
  await receiver.close()
})

it('a second server on the same data directory is refused with a reason', async () => {
  const server = await startServer(dataDir.path)
  const second = await sealpost(['serve', '--port', '0', '--data-dir', dataDir.path])
  expect(second.code).not.toBe(0)
  expect(second.stderr).toMatch(/another .*server|already/i)
  expect(await server.end('SIGTERM')).toBe(0)
})
