import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, it } from 'vitest'
import { createApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, sealpost, startServer } from '../support/server-process.ts'

const EVENTS = 1_000
const WEBHOOKS = 60
const ACTIVE = 2
const TOTAL = EVENTS * WEBHOOKS
const TYPE = 'order.paid'

const dataDir = makeDataDir()
afterAll(() => dataDir.remove())

/** Looks into the server's database beside it. */
function countRows(sql: string): number {
  const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'), { readOnly: true })
  const row = database.prepare(sql).get()
  database.close()
  return Number(row?.['count'])
}

const made = (): number => countRows('SELECT count(*) AS count FROM deliveries')
const pairs = (): number =>
  countRows('SELECT count(*) AS count FROM (SELECT DISTINCT event_seq, webhook_seq FROM deliveries)')

it(`${EVENTS} events for ${WEBHOOKS} webhooks in one request hold up nobody, and survive kill -9`, async () => {
  const own = new Map<string, number>()
  const receiver = await startReceiver(({ path, headers }) => {
    const name = `${path} ${String(headers['webhook-id'])}`
    own.set(name, (own.get(name) ?? 0) + 1)
    return 200
  })
  const flags = ['--rate-limit', '1000000', '--log-level', 'error']
  let server = await startServer(dataDir.path, flags)
  const key = await makeKey(dataDir.path)
  await sealpost(['orgs', 'create', 'other', '--data-dir', dataDir.path])
  const otherKey = await makeKey(dataDir.path, ['--org', 'other'])
  const api = createApiClient(server.url, key)
  const other = createApiClient(server.url, otherKey)
  for (const client of [api, other]) {
    await client.post('/api/v1/event-types', { type: TYPE, description: 'An order was paid.' })
  }
  await other.post('/api/v1/webhooks', { url: `${receiver.url}/other`, events: [TYPE] })
  for (let index = 0; index < WEBHOOKS; index++) {
    const webhook = { url: `${receiver.url}/own/${index}`, events: [TYPE], enabled: index < ACTIVE }
    await api.post('/api/v1/webhooks', webhook)
  }

  // The other organization publishes while the large request is served; its event arrives before all that was made of it.
  const events = Array.from({ length: EVENTS }, (_, number) => ({ type: TYPE, data: { number } }))
  const large = api.post<{ results: { id: string; deliveries: number }[] }>('/api/v1/events', { events })
  const small = other.post('/api/v1/events', { type: TYPE, data: {} })
  const { results } = await large
  const madeByAnswer = made()
  expect(results.map(({ deliveries }) => deliveries)).toEqual(events.map(() => WEBHOOKS))
  expect(madeByAnswer).toBeLessThan(TOTAL / 2)
  await small
  await receiver.until((received) => received.some(({ path }) => path === '/other'), 60_000)
  expect(made()).toBeLessThan(TOTAL / 2)

  // In the middle of it, twice.
  for (const share of [0.2, 0.5]) {
    await eventually(
      async () => made(),
      (count) => count >= share * TOTAL,
      120_000,
    )
    await server.end('SIGKILL')
    expect(made()).toBeLessThan(TOTAL)
    server = await startServer(dataDir.path, flags)
  }
  await eventually(
    async () => made(),
    (count) => count >= TOTAL + 1,
    120_000,
  )
  const pending = 'SELECT count(*) AS count FROM deliveries WHERE state = 0'
  await eventually(
    async () => countRows(pending),
    (count) => count === 0,
    120_000,
  )
  expect([made(), pairs()]).toEqual([TOTAL + 1, TOTAL + 1])
  expect(countRows('SELECT count(*) AS count FROM fanouts')).toBe(0)
  expect(countRows('SELECT count(*) AS count FROM audiences')).toBe(0)
  // Each event reached each webhook that works; what is held for the others is there to see.
  expect(own.size).toBe(EVENTS * ACTIVE + 1)
  const [first] = results
  const held = await createApiClient(server.url, key).get<{ data: { state: string }[] }>(
    `/api/v1/deliveries?event_id=${first?.id}&limit=200`,
  )
  expect(held.data.map(({ state }) => state).sort()).toEqual([
    ...Array.from({ length: ACTIVE }, () => 'delivered'),
    ...Array.from({ length: WEBHOOKS - ACTIVE }, () => 'held'),
  ])
  expect(await server.end('SIGTERM')).toBe(0)
  await receiver.close()
}, 300_000)
