import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { startFullBacklog, type FullBacklog } from '../support/full-backlog.ts'
import { startNameServer, type NameAnswer, type NameServer } from '../support/name-server.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const LATER = 'custom.later'
const NOW = 'custom.now'

const dataDir = makeDataDir()
let nameServer: NameServer
let answer: (name: string) => NameAnswer = () => ['127.0.0.1']
let receiver: Receiver
let server: ServerProcess
let api: ApiClient

beforeAll(async () => {
  nameServer = await startNameServer((name, _lookup, family) => {
    const answered = answer(name)
    return family === 6 && Array.isArray(answered) ? [] : answered
  })
  receiver = await startReceiver()
  server = await startServer(dataDir.path, ['--dns-servers', nameServer.address])
  api = createApiClient(server.url, await makeKey(dataDir.path))
  for (const type of [LATER, NOW]) await api.post('/api/v1/event-types', { type, description: 'A thing.' })
})

afterAll(async () => {
  await server.end('SIGTERM')
  await receiver.close()
  await nameServer.close()
  dataDir.remove()
})

beforeEach(removeAll)

/** The first failure that counts disables it. */
async function webhookAt(url: string, event: string): Promise<string> {
  const asked = { url, events: [event], retry_schedule: [], disable_after: 1 }
  return (await api.post<{ id: string }>('/api/v1/webhooks', asked)).id
}

function publish(type: string): Promise<unknown> {
  return api.post('/api/v1/events', { type, data: {} })
}

interface Webhook {
  id: string
  status: string
  failure_count: number
  health: string
}

function webhooks(): Promise<Webhook[]> {
  return readAll<Webhook>(api, '/api/v1/webhooks')
}

/** Whatever the order of the tests, each has its own webhooks only. */
async function removeAll(): Promise<void> {
  for (const { id } of await webhooks()) await api.call('DELETE', `/api/v1/webhooks/${id}`)
}

function warnings(): Promise<string[]> {
  return api
    .get<{ warnings: { code: string }[] }>('/readyz')
    .then((ready) => ready.warnings.map(({ code }) => code))
}

async function lastErrors(ids: readonly string[]): Promise<(string | null)[]> {
  const lists = await Promise.all(
    ids.map((id) => readAll<{ last_error: string | null }>(api, `/api/v1/webhooks/${id}/deliveries`)),
  )
  return lists.flatMap((list) => list.map((delivery) => delivery.last_error))
}

describe('while no name server answers', () => {
  it('nobody is charged, and all is delivered once one does', async () => {
    const { port } = new URL(receiver.url)
    const names = ['one', 'two', 'three'].map((name) => `${name}.example.com`)
    const ids = await Promise.all(names.map((name) => webhookAt(`http://${name}:${port}/unanswered`, LATER)))
    answer = () => 'silence'
    await publish(LATER)
    await eventually(
      () => lastErrors(ids),
      (errors) => errors.every((error) => error?.startsWith('The name servers of this server') === true),
      60_000,
    )
    expect(await warnings()).toEqual(['resolver_down'])
    for (const webhook of await webhooks())
      expect(webhook).toMatchObject({ status: 'active', failure_count: 0 })

    answer = () => ['127.0.0.1']
    const arrived = (): number => receiver.received.filter(({ path }) => path === '/unanswered').length
    await receiver.until(() => arrived() === ids.length, 60_000)
    expect(await warnings()).toEqual([])
    for (const webhook of await webhooks())
      expect(webhook).toMatchObject({ status: 'active', failure_count: 0 })
    await removeAll()
  })

  it('a name whose own servers are dead is charged as before while others are answered for', async () => {
    const { port } = new URL(receiver.url)
    answer = (name) => (name.startsWith('dead') ? 'silence' : ['127.0.0.1'])
    const dead = await webhookAt(`http://dead.example.com:${port}/`, LATER)
    await webhookAt(`http://alive.example.com:${port}/`, NOW)
    await publish(LATER)
    const disabled = await eventually(
      async () => {
        // Something must be looked up meanwhile, as on any server that has something to do.
        await publish(NOW)
        return api.get<Webhook>(`/api/v1/webhooks/${dead}`)
      },
      ({ status }) => status !== 'active',
      60_000,
    )
    expect(disabled.status).toBe('disabled_too_many_failures')
    expect(await warnings()).toEqual([])
  })
})

describe('while no receiver of several can be reached', () => {
  it('nobody is charged until one is reached again', async () => {
    const dark: FullBacklog[] = await Promise.all([
      startFullBacklog(),
      startFullBacklog(),
      startFullBacklog(),
    ])
    const ids = await Promise.all(dark.map(({ port }) => webhookAt(`http://127.0.0.1:${port}/`, LATER)))
    const light = await webhookAt(`${receiver.url}/light`, NOW)
    await publish(LATER)
    await eventually(
      () => lastErrors(ids),
      (errors) => errors.every((error) => error?.startsWith('The network of this server') === true),
      60_000,
    )
    expect(await warnings()).toEqual(['network_down'])
    for (const webhook of await webhooks())
      expect(webhook).toMatchObject({ status: 'active', failure_count: 0 })

    const before = receiver.received.length
    await publish(NOW)
    await receiver.until((received) => received.length > before)
    const left = await eventually(
      async () => {
        await publish(NOW)
        return webhooks()
      },
      (all) => all.filter(({ status }) => status !== 'active').length === ids.length,
      60_000,
    )
    expect(left.find(({ id }) => id === light)).toMatchObject({ status: 'active', failure_count: 0 })
    expect(await warnings()).toEqual([])
    await Promise.all(dark.map((port) => port.close()))
  })
})

describe('a server that stood still', () => {
  /** Longer than a connection may take, so that its time is up when the server goes on. */
  const STOPPED_MS = 11_000

  async function stopFor(ms: number): Promise<void> {
    process.kill(server.pid, 'SIGSTOP')
    const until = performance.now() + ms
    try {
      await eventually(
        () => Promise.resolve(performance.now()),
        (now) => now >= until,
      )
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }
  }

  it('charges nobody whom it did not reach meanwhile, and takes what was answered', async () => {
    let reply: (status: number) => void = () => undefined
    const replied = new Promise<number>((resolve) => (reply = resolve))
    const late = await startReceiver(() => replied)
    const dark = await startFullBacklog()
    const unreached = await webhookAt(`http://127.0.0.1:${dark.port}/`, LATER)
    const answered = await webhookAt(late.url, LATER)
    await publish(LATER)
    await late.until((received) => received.length === 1)
    const stopped = stopFor(STOPPED_MS)
    reply(200)
    await stopped

    const [error] = await eventually(
      () => lastErrors([unreached]),
      ([last]) => last != null,
    )
    expect(error).toMatch(/^This server stood still for a while/)
    expect(await warnings()).toEqual([])
    const states = await eventually(
      () => readAll<{ state: string }>(api, `/api/v1/webhooks/${answered}/deliveries`),
      ([delivery]) => delivery?.state !== 'pending',
    )
    expect(states).toMatchObject([{ state: 'delivered' }])
    expect(late.received).toHaveLength(1)
    for (const webhook of await webhooks())
      expect(webhook).toMatchObject({ status: 'active', failure_count: 0 })
    await Promise.all([dark.close(), late.close()])
  })
})
