import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { startFullBacklog } from '../support/full-backlog.ts'
import { startNameServer, type NameAnswer, type NameServer } from '../support/name-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

/** What the names of this file lead to, by family. */
const NAMES: Record<string, Record<4 | 6, NameAnswer>> = {
  // Nothing listens at the first six.
  'many.example.com': {
    4: ['127.0.1.1', '127.0.1.2', '127.0.1.3', '127.0.1.4', '127.0.1.5', '127.0.1.6', '127.0.0.1'],
    6: [],
  },
  // Two swallow whatever comes.
  'silent.example.com': { 4: ['127.0.2.1', '127.0.2.2', '127.0.0.1'], 6: [] },
  'half.example.com': { 4: ['127.0.0.1'], 6: 'silence' },
  'mixed.example.com': { 4: ['127.0.0.1'], 6: ['fd00::1'] },
}

const place = makeDataDir()
const opened: { close(): Promise<void> }[] = []
let names: NameServer
let receiver: Receiver
let server: ServerProcess
let api: ApiClient
let port: number

beforeAll(async () => {
  names = await startNameServer((name, _lookup, family) => NAMES[name]?.[family] ?? 'NXDOMAIN')
  receiver = await startReceiver()
  port = Number(new URL(receiver.url).port)
  for (const host of ['127.0.2.1', '127.0.2.2']) opened.push(await startFullBacklog(host, port))
  server = await startServer(place.path, ['--dns-servers', names.address, '--log-level', 'error'])
  api = createApiClient(server.url, await makeKey(place.path))
}, 60_000)

afterAll(async () => {
  await server.end('SIGTERM')
  for (const part of [...opened, names, receiver]) await part.close()
  place.remove()
})

interface TestResult {
  delivered: boolean
  error: { code: string; message: string } | null
}

async function testOf(name: string): Promise<TestResult> {
  const webhook = await api.post<{ id: string }>('/api/v1/webhooks', {
    url: `http://${name}:${port}/hook`,
    events: ['run.completed'],
  })
  return api.post<TestResult>(`/api/v1/webhooks/${webhook.id}/test`, {})
}

it.each(['many.example.com', 'silent.example.com', 'half.example.com'])(
  'a receiver is reached at whichever of its addresses answers: %s',
  async (name) => {
    expect(await testOf(name)).toMatchObject({ delivered: true, error: null })
    expect(receiver.received.at(-1)?.headers.host).toBe(`${name}:${port}`)
  },
  60_000,
)

it('a name with one bad address is refused whatever the others are', async () => {
  const before = receiver.received.length
  const { delivered, error } = await testOf('mixed.example.com')
  expect({ delivered, code: error?.code }).toEqual({ delivered: false, code: 'address_denied' })
  expect(receiver.received).toHaveLength(before)
})
