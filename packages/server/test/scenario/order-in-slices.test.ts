import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, it } from 'vitest'
import { createApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer } from '../support/server-process.ts'

const EVENTS = 500
const OTHERS = 60
const LATER = 3
const TOTAL = (EVENTS + LATER) * (OTHERS + 1)
const TYPE = 'order.paid'
const FLAGS = ['--rate-limit', '1000000', '--log-level', 'error']

const dataDir = makeDataDir()
afterAll(() => dataDir.remove())

/** Deliveries in the server's database, read beside it. */
function made(): number {
  const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'), { readOnly: true })
  const row = database.prepare('SELECT count(*) AS count FROM deliveries').get()
  database.close()
  return Number(row?.['count'])
}

async function untilMade(share: number): Promise<void> {
  await eventually(
    async () => made(),
    (count) => count >= share * TOTAL,
    120_000,
  )
}

it('a strict order is that of acceptance, whatever happens while the deliveries are being made', async () => {
  const receiver = await startReceiver()
  let server = await startServer(dataDir.path, FLAGS)
  const key = await makeKey(dataDir.path)
  const post = <Body>(path: string, body?: unknown): Promise<Body> =>
    createApiClient(server.url, key).post<Body>(path, body)
  const accepted: string[] = []
  const publish = async (): Promise<void> => {
    const { id } = await post<{ id: string }>('/api/v1/events', { type: TYPE, data: {} })
    accepted.push(id)
  }
  const restart = async (): Promise<void> => {
    await server.end('SIGKILL')
    expect(made()).toBeLessThan(TOTAL)
    server = await startServer(dataDir.path, FLAGS)
  }

  await post('/api/v1/event-types', { type: TYPE, description: 'An order was paid.' })
  const url = `${receiver.url}/hooks`
  const ordered = await post<{ id: string }>('/api/v1/webhooks', { url, events: [TYPE], ordering: 'webhook' })
  for (let count = 0; count < OTHERS; count++) {
    await post('/api/v1/webhooks', { url, events: [TYPE], enabled: false })
  }

  const events = Array.from({ length: EVENTS }, () => ({ type: TYPE, data: {} }))
  const { results } = await post<{ results: { id: string }[] }>('/api/v1/events', { events })
  accepted.push(...results.map(({ id }) => id))
  await publish()
  await untilMade(0.2)
  await restart()
  await post(`/api/v1/webhooks/${ordered.id}/disable`)
  await publish()
  await untilMade(0.5)
  await restart()
  await post(`/api/v1/webhooks/${ordered.id}/enable`, { held: 'send' })
  await publish()
  expect(made()).toBeLessThan(TOTAL)

  // What a crash cut off may arrive twice.
  const arrived = (): string[] => [
    ...new Set(receiver.received.map(({ headers }) => String(headers['webhook-id']))),
  ]
  await receiver.until(() => arrived().length === accepted.length, 120_000)
  expect(arrived()).toEqual(accepted)
  expect(await server.end('SIGTERM')).toBe(0)
  await receiver.close()
}, 300_000)
