import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, readAll, type ApiClient } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { flood, http, startRawServer, type RawServer } from '../support/raw-server.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

interface AttemptBody {
  outcome: string
  sends: number
  status_code: number | null
  error: { code: string; message: string } | null
  response: { headers: Record<string, string>; body: string } | null
}

interface DeliveryBody {
  id: string
  state: string
  attempts: AttemptBody[]
}

const TYPE = 'thing.happened'
const HEAD = 'HTTP/1.1 200 OK\r\n'
const OK = `${HEAD}content-length: 2\r\n\r\nok`

/** What receivers answer, and which code stands beside `delivered`. */
const ODD_ANSWERS: readonly [
  name: string,
  answer: string | ((socket: Socket) => void),
  code: string | null,
][] = [
  ['100 Continue that nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, null],
  ['early hints', `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}`, null],
  ['obs-fold', `${HEAD}x-a: one\r\n two\r\ncontent-length: 2\r\n\r\nok`, 'response_malformed'],
  ['bare LF', `${HEAD}x-a: one\ncontent-length: 2\r\n\r\nok`, 'response_malformed'],
  ['bare LF everywhere', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', 'response_malformed'],
  [
    'Content-Length with Transfer-Encoding',
    `${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    'response_malformed',
  ],
  ['Content-Length twice', `${HEAD}content-length: 2\r\ncontent-length: 2\r\n\r\nok`, 'response_malformed'],
  ['Content-Length that is none', `${HEAD}content-length: ok\r\n\r\nok`, 'response_malformed'],
  ['space before the colon', `${HEAD}x-a : one\r\ncontent-length: 2\r\n\r\nok`, 'response_malformed'],
  ['NUL', `${HEAD}x-a: o\0e\r\ncontent-length: 2\r\n\r\nok`, 'response_malformed'],
  ['broken chunks', `${HEAD}transfer-encoding: chunked\r\n\r\nnope\r\n`, 'response_malformed'],
  [
    'chunks with extensions and trailers',
    `${HEAD}transfer-encoding: chunked\r\n\r\n2;a="b"\r\nok\r\n0\r\nx-sum: 1\r\n\r\n`,
    null,
  ],
  ['no length', (socket) => socket.end(`${HEAD}\r\nok`), null],
  ['HTTP/1.0', (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nok'), null],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', null],
  ['204 with a body', 'HTTP/1.1 204 No Content\r\n\r\nok', null],
  ['early close', (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\nok`), 'response_malformed'],
  [
    'reset behind the status',
    (socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nok`, () => socket.resetAndDestroy()),
    'response_malformed',
  ],
  [
    'headers without end',
    (socket) => pour(socket, HEAD, `x-a: ${'b'.repeat(500)}\r\n`),
    'response_malformed',
  ],
  ['body without end', (socket) => pour(socket, `${HEAD}\r\n`, 'x'.repeat(10_000)), null],
  ['body held open', `${HEAD}content-length: 9\r\n\r\nok`, null],
  ['header held open', `${HEAD}content-length: 2`, null],
  [
    'compressed bomb',
    (socket) => {
      const bomb = gzipSync(Buffer.alloc(10_000_000))
      socket.write(`${HEAD}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`)
      socket.write(bomb)
    },
    null,
  ],
]

function pour(socket: Socket, head: string, more: string): void {
  socket.write(head)
  flood(socket, more)
}

const dataDir = makeDataDir()
let server: ServerProcess
let api: ApiClient
const receivers: RawServer[] = []

beforeAll(async () => {
  server = await startServer(dataDir.path, ['--log-level', 'error'])
  api = createApiClient(server.url, await makeKey(dataDir.path))
})

afterAll(async () => {
  await server.end('SIGTERM')
  for (const receiver of receivers) await receiver.close()
  dataDir.remove()
})

async function serve(...behaviour: Parameters<typeof startRawServer>): Promise<RawServer> {
  const receiver = await startRawServer(...behaviour)
  receivers.push(receiver)
  return receiver
}

let types = 0
/** An event type that nobody else listens to. */
async function newType(): Promise<string> {
  const type = `${TYPE}_${types++}`
  await api.post('/api/v1/event-types', { type, description: 'Something happened.' })
  return type
}

async function webhookTo({ port }: RawServer, type: string, fields: object = {}): Promise<string> {
  const url = `http://127.0.0.1:${port}/`
  const body = { url, events: [type], retry_schedule: [0, 0, 0, 0], ...fields }
  return (await api.post<{ id: string }>('/api/v1/webhooks', body)).id
}

/** The deliveries of a webhook, oldest first, when none is pending. */
async function settled(webhookId: string, count: number): Promise<DeliveryBody[]> {
  const rows = await eventually(
    () => readAll<{ id: string; state: string }>(api, `/api/v1/webhooks/${webhookId}/deliveries`),
    (found) => found.length === count && found.every(({ state }) => state !== 'pending'),
  )
  const deliveries = await Promise.all(
    rows.map(({ id }) => api.get<DeliveryBody>(`/api/v1/deliveries/${id}`)),
  )
  return deliveries.sort((one, other) => (one.id < other.id ? -1 : 1))
}

describe('a 2xx status line is an acknowledgement, whatever follows it', () => {
  it.each(ODD_ANSWERS)('%s', async (_name, answer, code) => {
    const receiver = await serve({
      onRequest: (socket) => {
        if (typeof answer === 'string') socket.write(answer)
        else answer(socket)
      },
    })
    const type = await newType()
    const webhookId = await webhookTo(receiver, type)
    await api.post('/api/v1/events', { type, data: {} })
    const [delivery] = await settled(webhookId, 1)
    expect(delivery).toMatchObject({ state: 'delivered', attempts: [{ outcome: 'delivered', sends: 1 }] })
    expect(delivery?.attempts[0]?.status_code).toBeOneOf([200, 204])
    expect(delivery?.attempts[0]?.error?.code ?? null).toBe(code)
    expect(receiver.received.match(/POST/g)).toHaveLength(1)
    const webhook = await api.get(`/api/v1/webhooks/${webhookId}`)
    expect(webhook).toMatchObject({ status: 'active', health: 'healthy', failure_count: 0, last_error: null })
  })
})

describe('a receiver that flushes its status and holds the answer open', () => {
  it('is served in strict order, one event after the other', async () => {
    const receiver = await serve({
      onRequest: (socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nok`),
    })
    const type = await newType()
    const webhookId = await webhookTo(receiver, type, { ordering: 'webhook' })
    for (let index = 0; index < 5; index++) await api.post('/api/v1/events', { type, data: { index } })
    const deliveries = await settled(webhookId, 5)
    for (const { state, attempts } of deliveries) {
      expect(state).toBe('delivered')
      expect(attempts).toMatchObject([{ outcome: 'delivered', status_code: 200, error: null }])
      expect(attempts[0]?.response).toMatchObject({ headers: { 'content-length': '9' }, body: 'ok' })
    }
    expect(receiver.received.match(/"index":\d/g)).toEqual([0, 1, 2, 3, 4].map((index) => `"index":${index}`))
  })

  it('is heard when it says that it failed', async () => {
    const receiver = await serve({
      onRequest: (socket) => socket.write('HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\nno'),
    })
    const type = await newType()
    const webhookId = await webhookTo(receiver, type, { retry_schedule: [] })
    await api.post('/api/v1/events', { type, data: {} })
    const [delivery] = await settled(webhookId, 1)
    expect(delivery).toMatchObject({ state: 'exhausted', attempts: [{ status_code: 503 }] })
    expect(delivery?.attempts[0]?.error?.code).toBe('http_server_error')
  })
})

describe('what is no status line is no acknowledgement', () => {
  it.each([
    [
      '101 Switching Protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n',
      'malformed_response',
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 'malformed_response'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n', 'malformed_response'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'malformed_response'],
    ['a status that goes on', 'HTTP/1.1 200OK\r\n\r\n', 'malformed_response'],
    ['two spaces', 'HTTP/1.1  200 OK\r\n\r\n', 'malformed_response'],
  ])('%s', async (_name, answer, code) => {
    const receiver = await serve({ onRequest: (socket) => socket.write(answer) })
    const type = await newType()
    const webhookId = await webhookTo(receiver, type, { retry_schedule: [] })
    await api.post('/api/v1/events', { type, data: {} })
    const [delivery] = await settled(webhookId, 1)
    expect(delivery).toMatchObject({ state: 'exhausted', attempts: [{ outcome: 'failed', error: { code } }] })
  })
})

describe('kept connections', () => {
  it('take no bytes that came too late for the acknowledgement of another event', async () => {
    const closed = new EventEmitter()
    const receiver = await serve({
      onConnection: (socket) => socket.once('close', () => closed.emit('one')),
      onRequest: (socket, index) => {
        if (index > 0) socket.write(http('500 No'))
        else socket.write(http('200 OK'), () => setImmediate(() => socket.write(http('200 OK'))))
      },
    })
    const type = await newType()
    const webhookId = await webhookTo(receiver, type, { retry_schedule: [] })
    const one = once(closed, 'one')
    await api.post('/api/v1/events', { type, data: {} })
    await one
    await api.post('/api/v1/events', { type, data: {} })
    const deliveries = await settled(webhookId, 2)
    expect(deliveries.map(({ state }) => state)).toEqual(['delivered', 'exhausted'])
    expect(receiver.connections).toBe(2)
  })

  it('that are closed under a request cost a second try, which is recorded', async () => {
    const receiver = await serve({
      onRequest: (socket, index) => {
        if (index === 1) socket.end()
        else socket.write(OK)
      },
    })
    const type = await newType()
    const webhookId = await webhookTo(receiver, type, { retry_schedule: [] })
    for (let count = 1; count <= 2; count++) {
      await api.post('/api/v1/events', { type, data: {} })
      await settled(webhookId, count)
    }
    const deliveries = await settled(webhookId, 2)
    expect(deliveries.map(({ attempts }) => attempts.map(({ sends }) => sends))).toEqual([[1], [2]])
    expect(deliveries.map(({ state }) => state)).toEqual(['delivered', 'delivered'])
    const ids = receiver.received.match(/webhook-id: \S+/g) ?? []
    expect(ids).toHaveLength(3)
    expect(ids[1]).toBe(ids[2])
  })
})
