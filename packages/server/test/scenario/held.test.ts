import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const DAY_MS = 86_400_000

const dataDir = makeDataDir()
let receiver: Receiver
let server: ServerProcess
let api: ApiClient
let key: string | null = null

beforeAll(async () => {
  receiver = await startReceiver()
  await start()
  await api.post('/api/v1/event-types', { type: 'order.paid' })
})

afterAll(async () => {
  await server.end('SIGTERM')
  await receiver.close()
  dataDir.remove()
})

async function start(): Promise<void> {
  server = await startServer(dataDir.path)
  key ??= await makeKey(dataDir.path)
  api = createApiClient(server.url, key)
}

interface Shown {
  id: string
  status: string
  held: number
  held_expired: { count: number; last_at: string | null }
}

const create = (wanted: object) =>
  api.post<Shown>('/api/v1/webhooks', { url: receiver.url, events: ['order.paid'], ...wanted })
const show = (id: string) => api.get<Shown>(`/api/v1/webhooks/${id}`)
const publish = (n: number) => api.post<{ id: string }>('/api/v1/events', { type: 'order.paid', data: { n } })
const statesOf = async (id: string): Promise<string[]> => {
  const { data } = await api.get<{ data: { state: string }[] }>(`/api/v1/webhooks/${id}/deliveries`)
  return data.map(({ state }) => state).reverse()
}
const settled = (id: string, states: string[]) =>
  eventually(
    () => statesOf(id),
    (found) => found.join() === states.join(),
  )

it('a webhook that was made without being activated sends nothing from before', async () => {
  const [started, patched, asked] = [
    await create({ enabled: false }),
    await create({ enabled: false }),
    await create({ enabled: false }),
  ]
  await publish(1)
  expect(await show(started.id)).toMatchObject({ status: 'disabled', held: 1 })

  await api.post(`/api/v1/webhooks/${started.id}/enable`, {})
  await api.call('PATCH', `/api/v1/webhooks/${patched.id}`, { enabled: true })
  const answer = await api.post<Shown>(`/api/v1/webhooks/${asked.id}/enable`, { held: 'send' })
  expect(answer).toMatchObject({ status: 'active', held: 0 })
  await settled(asked.id, ['delivered'])
  await publish(2)
  for (const id of [started.id, patched.id]) {
    await settled(id, ['cancelled', 'delivered'])
    expect(await show(id)).toMatchObject({ status: 'active', held: 0 })
  }

  // Once it was active, what is held is held for it.
  await api.post(`/api/v1/webhooks/${started.id}/disable`, {})
  await publish(3)
  expect(await show(started.id)).toMatchObject({ held: 1 })
  await api.post(`/api/v1/webhooks/${started.id}/enable`, {})
  await settled(started.id, ['cancelled', 'delivered', 'delivered'])
  for (const { id } of [started, patched, asked]) await api.call('DELETE', `/api/v1/webhooks/${id}`)
})

it('what is held for longer than the retention is given up, counted and logged', async () => {
  const { id } = await create({ description: 'stopped' })
  await api.post(`/api/v1/webhooks/${id}/pause`, {})
  await publish(4)
  await publish(5)
  const { data } = await api.get<{ data: Shown[] }>('/api/v1/webhooks')
  expect(data).toEqual([expect.objectContaining({ id, status: 'paused', held: 2 })])
  await server.end('SIGTERM')

  // A month goes by for the first of the two.
  const database = new DatabaseSync(join(dataDir.path, 'sealpost.db'))
  database
    .prepare(
      'UPDATE deliveries SET created_at = created_at - ? WHERE seq = (SELECT max(seq) - 1 FROM deliveries)',
    )
    .run(31 * DAY_MS)
  database.close()
  await start()

  const shown = await eventually(
    () => show(id),
    ({ held }) => held < 2,
    60_000,
  )
  expect(shown).toMatchObject({ held: 1, held_expired: { count: 1, last_at: expect.any(String) as string } })
  expect(await statesOf(id)).toEqual(['cancelled', 'held'])
  await api.post(`/api/v1/webhooks/${id}/enable`, {})
  await settled(id, ['cancelled', 'delivered'])
  const lines = server.output().split('\n')
  const line = lines.find((text) => text.includes('held_expired')) ?? '{}'
  expect(JSON.parse(line)).toMatchObject({ line: 'held_expired', webhook_id: id, deliveries: 1 })
})
