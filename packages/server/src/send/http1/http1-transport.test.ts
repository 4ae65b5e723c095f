import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  flood,
  http,
  startRawServer,
  type RawBehaviour,
  type RawServer,
} from '../../../test/support/raw-server.ts'
import { createHandClock } from '../../../test/support/hand-clock.ts'
import { systemClock, type Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { createGuard } from '../../guard/guard.ts'
import { createResolver } from '../../guard/resolver.ts'
import type { OutboundReport, OutboundRequest, Transport } from '../transport.ts'
import { createHttp1Transport, type Http1TransportOptions } from './http1-transport.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

async function serve(behaviour: RawBehaviour): Promise<RawServer> {
  const server = await startRawServer(behaviour)
  opened.push(server)
  return server
}

function answering(...answers: string[]): Promise<RawServer> {
  return serve({
    onRequest: (socket, index) => socket.write(answers[Math.min(index, answers.length - 1)] ?? ''),
  })
}

function transport(options: Partial<Http1TransportOptions> = {}): Transport {
  const guard = createGuard({
    allowHttp: true,
    allowCidr: ['127.0.0.0/8'],
    resolver: createResolver(),
    clock: systemClock,
  })
  const made = createHttp1Transport({ guard, clock: systemClock, ...options })
  opened.push(made)
  return made
}

function request(port: number, path = '/hook', body = '{"a":1}'): OutboundRequest {
  return {
    organizationId: 1,
    url: `http://127.0.0.1:${port}${path}`,
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', 'webhook-id': 'evt_1' },
    body: Buffer.from(body),
    startedAt: 1_700_000_000_000,
  }
}

async function sendTo(
  behaviour: RawBehaviour,
  options: { deadlineMs?: number } = {},
): Promise<OutboundReport & { server: RawServer }> {
  const server = await serve(behaviour)
  return { ...(await transport(options).send(request(server.port))), server }
}

describe('a deadline that comes late, because the process stood still', () => {
  it('leaves time to read an answer that came meanwhile', async () => {
    const clock = createHandClock()
    const asked = Promise.withResolvers<Socket>()
    const server = await serve({ onRequest: (socket) => asked.resolve(socket) })
    const sending = transport({ clock }).send(request(server.port))
    const socket = await asked.promise
    clock.pass(90_000)
    socket.write(http('200 OK'))
    expect(await sending).toMatchObject({ outcome: 'delivered', statusCode: 200 })
  })

  it('comes all the same when no answer does', async () => {
    const clock = createHandClock()
    const asked = Promise.withResolvers<Socket>()
    const server = await serve({ onRequest: (socket) => asked.resolve(socket) })
    const sending = transport({ clock }).send(request(server.port))
    await asked.promise
    clock.pass(90_000)
    clock.pass(1_000)
    expect(await sending).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } })
  })
})

describe('what a status means', () => {
  it('reports a 2xx as delivered, with the request as it was given', async () => {
    const server = await answering(http('204 No Content'))
    const report = await transport().send(request(server.port, '/hook?a=1&b=%20'))
    expect(report).toMatchObject({
      outcome: 'delivered',
      startedAt: 1_700_000_000_000,
      statusCode: 204,
      error: null,
      retryAfterMs: null,
      responseHeaders: { 'content-length': '0' },
    })
    expect(report.responseBody).toEqual(Buffer.alloc(0))
    expect(server.received).toContain('POST /hook?a=1&b=%20 HTTP/1.1\r\n')
    expect(server.received).toContain(`host: 127.0.0.1:${server.port}\r\n`)
    expect(server.received).toContain('accept-encoding: identity\r\n')
    expect(server.received).toMatch(/content-length: 7\r\n\r\n\{"a":1\}$/)
  })

  it.each([
    ['301 Moved Permanently', 'redirect_not_followed'],
    ['304 Not Modified', 'redirect_not_followed'],
    ['400 Bad Request', 'http_client_error'],
    ['401 Unauthorized', 'http_client_error'],
    ['404 Not Found', 'http_client_error'],
    ['410 Gone', 'gone'],
    ['429 Too Many Requests', 'rate_limited'],
    ['500 Internal Server Error', 'http_server_error'],
    ['503 Service Unavailable', 'http_server_error'],
    ['799 Whatever', 'http_unexpected_status'],
  ])('reports %s as %s', async (status, code) => {
    const server = await answering(http(status, {}, 'why'))
    const report = await transport().send(request(server.port))
    expect(report.outcome).toBe('failed')
    expect(report.statusCode).toBe(Number(status.slice(0, 3)))
    expect(report.error?.code).toBe(code)
    if (report.statusCode !== 304) expect(report.responseBody?.toString()).toBe('why')
  })

  it('does not follow a redirect, and says where it leads', async () => {
    const target = await answering(http('200 OK'))
    const location = `http://127.0.0.1:${target.port}/elsewhere`
    const server = await answering(http('308 Permanent Redirect', { location }))
    const report = await transport().send(request(server.port))
    expect(report.error).toEqual({
      code: 'redirect_not_followed',
      message: `Your server redirects to ${location} (308). Redirects are never followed: change the URL.`,
    })
    expect(target.connections).toBe(0)
  })

  it.each(['429 Too Many Requests', '503 Service Unavailable'])('reads Retry-After of %s', async (status) => {
    const server = await answering(http(status, { 'retry-after': '120' }))
    expect((await transport().send(request(server.port))).retryAfterMs).toBe(120_000)
  })

  it('reads no Retry-After of another status', async () => {
    const server = await answering(http('500 Internal Server Error', { 'retry-after': '120' }))
    expect((await transport().send(request(server.port))).retryAfterMs).toBeNull()
  })

  it('joins repeated headers and takes strange names', async () => {
    const server = await answering(
      'HTTP/1.1 200 OK\r\nx-a: 1\r\nX-A: 2\r\n__proto__: 3\r\ncontent-length: 0\r\n\r\n',
    )
    const { responseHeaders } = await transport().send(request(server.port))
    expect(responseHeaders).toHaveProperty('x-a', '1, 2')
    expect(Object.getPrototypeOf(responseHeaders)).toBe(Object.prototype)
  })
})

describe('a body changes nothing once the status has come', () => {
  it.each([
    ['is complete', (socket: Socket) => socket.end(http('200 OK', {}, 'thanks')), 'thanks', undefined],
    [
      'breaks off',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nthan'),
      'than',
      'response_malformed',
    ],
    [
      'is reset',
      (socket: Socket) =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n', () => socket.resetAndDestroy()),
      '',
      'response_malformed',
    ],
    [
      'is garbage',
      (socket: Socket) =>
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnot a length\r\n'),
      '',
      'response_malformed',
    ],
  ])('a 200 whose body %s is delivered', async (_what, answer, body, code) => {
    const report = await sendTo({ onRequest: answer })
    expect(report).toMatchObject({ outcome: 'delivered', statusCode: 200 })
    expect(report.error?.code).toBe(code)
    expect(report.responseBody?.toString()).toBe(body)
  })

  it.each([
    ['200 OK', undefined],
    ['500 No', 'http_server_error'],
  ])('a %s that is held open is settled soon, and its connection closed', async (status, code) => {
    const hungUp = new EventEmitter()
    const closed = once(hungUp, 'close')
    const report = await sendTo({
      onConnection: (socket) => socket.on('close', () => hungUp.emit('close')),
      onRequest: (socket) => socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 99\r\n\r\nd`),
    })
    expect(report.error?.code).toBe(code)
    expect(report.responseBody?.toString()).toBe('d')
    expect(report.responseHeaders).toEqual({ 'content-length': '99' })
    await closed
  })

  it('reads a body up to the cap, keeps less, and cuts the connection', async () => {
    let closed: () => void = () => undefined
    const hungUp = new Promise<void>((resolve) => (closed = resolve))
    const server = await serve({
      onConnection: (socket) => socket.on('close', closed),
      onRequest: (socket) => {
        // One byte more than is read, then nothing: only the cap can end this.
        socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(LIMITS.responseBytesMax + 1)}`)
      },
    })
    const clock: Clock = { ...systemClock, after: () => ({ cancel: () => undefined }) }
    const report = await transport({ clock }).send(request(server.port))
    expect(report).toMatchObject({ outcome: 'delivered', statusCode: 200 })
    expect(report.responseBody?.toString()).toBe('x'.repeat(LIMITS.responseBytesKept))
    await hungUp
  })

  it('reads a body that just fits, and keeps the connection', async () => {
    const server = await answering(http('200 OK', {}, 'x'.repeat(LIMITS.responseBytesMax)))
    const sender = transport()
    for (let index = 0; index < 2; index++) {
      const report = await sender.send(request(server.port))
      expect(report.responseBody?.length).toBe(LIMITS.responseBytesKept)
    }
    expect(server.connections).toBe(1)
  })

  it('an endless body is delivered, and not called malformed', async () => {
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        flood(socket, 'x'.repeat(10_000))
      },
    })
    expect(report).toMatchObject({ outcome: 'delivered', statusCode: 200, error: null })
  })

  it('a flood of chunk extensions, which is no body, is cut and delivered', async () => {
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;')
        flood(socket, 'x=y;'.repeat(2_500))
      },
    })
    expect(report).toMatchObject({ outcome: 'delivered', error: { code: 'response_malformed' } })
    expect(report.responseBody?.length).toBe(0)
  })

  it('a flood of trailers is cut and delivered', async () => {
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n')
        flood(socket, `x-more: ${'y'.repeat(1_000)}\r\n`)
      },
    })
    expect(report).toMatchObject({ outcome: 'delivered', error: { code: 'response_malformed' } })
    expect(report.responseBody?.toString()).toBe('ok')
  })

  it('a compressed bomb is kept as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000))
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`)
        socket.write(bomb)
      },
    })
    expect(report.outcome).toBe('delivered')
    expect(report.responseBody).toEqual(bomb.subarray(0, LIMITS.responseBytesKept))
  })
})

describe('receivers that misbehave before a status', () => {
  it('nothing listens', async () => {
    const server = await answering('')
    await server.close()
    opened.pop()
    const report = await transport().send(request(server.port))
    expect(report).toMatchObject({
      outcome: 'failed',
      statusCode: null,
      responseHeaders: null,
      responseBody: null,
    })
    expect(report.error).toEqual({
      code: 'connection_refused',
      message: `Nothing listens at 127.0.0.1 (127.0.0.1:${server.port}).`,
    })
  })

  it('resets the connection when it gets the request', async () => {
    const report = await sendTo({ onRequest: (socket) => socket.resetAndDestroy() })
    expect(report.error).toEqual({
      code: 'connection_reset',
      message: 'Your server reset the connection before it answered.',
    })
    expect(report.server.connections).toBe(1)
  })

  it('closes its side without an answer', async () => {
    const report = await sendTo({ onRequest: (socket) => socket.end() })
    expect(report.error?.code).toBe('connection_closed')
  })

  it.each(['HTTP/1.1 2', 'HTTP/1.1 200', 'HTTP/1.1 103 Early Hints\r\nlink: '])(
    'closes its side before a status line is there: %j',
    async (words) => {
      const report = await sendTo({ onRequest: (socket) => socket.end(words) })
      expect(report.error?.code).toBe('connection_closed')
    },
  )

  it('accepts and says nothing', async () => {
    const report = await sendTo({}, { deadlineMs: 100 })
    expect(report.error?.code).toBe('timeout')
    expect(report.error?.message).toMatch(
      /^No complete answer within 0\.1 s\. Your server accepted the connection after \d+ ms, then sent nothing usable\.$/,
    )
    expect(report.durationMs).toBeGreaterThanOrEqual(99)
  })

  it('drips its status line', async () => {
    const report = await sendTo({ onRequest: (socket) => socket.write('HTTP/1.1 20') }, { deadlineMs: 100 })
    expect(report.error?.code).toBe('timeout')
  })

  it('sends the header of an interim answer without end', async () => {
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: ')
        flood(socket, 'x'.repeat(10_000))
      },
    })
    expect(report.error).toEqual({
      code: 'response_header_too_large',
      message: 'The header of the answer is larger than 16 KiB.',
    })
  })

  it.each(['SSH-2.0-OpenSSH_9.9\r\n', '\u0016\u0003\u0001 not HTTP', 'HTTP/9 what\r\n\r\n'])(
    'speaks another protocol: %j',
    async (words) => {
      const report = await sendTo({ onRequest: (socket) => socket.write(words) })
      expect(report.error?.code).toBe('malformed_response')
    },
  )

  it('sends one 103 after another', async () => {
    const report = await sendTo({
      onRequest: (socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    })
    expect(report.error).toEqual({
      code: 'malformed_response',
      message: 'Your server sent one interim answer (1xx) after another.',
    })
  })

  it('sends a few 103 and then its answer', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    const server = await answering(hint.repeat(3) + http('200 OK'))
    expect((await transport().send(request(server.port))).outcome).toBe('delivered')
  })

  it('sends 100 without end', async () => {
    const report = await sendTo({ onRequest: (socket) => flood(socket, 'HTTP/1.1 100 Continue\r\n\r\n') })
    expect(report.error?.code).toBe('malformed_response')
  })

  it('switches to another protocol', async () => {
    const report = await sendTo({
      onRequest: (socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    })
    expect(report.error?.code).toBe('malformed_response')
  })

  it('answers before it was asked', async () => {
    const report = await sendTo({ onConnection: (socket) => socket.write(http('200 OK')) })
    // Bytes that come right behind the handshake are taken for the answer: HTTP/1.1 cannot tell.
    expect(report.statusCode === 200 || report.error?.code === 'connection_closed').toBe(true)
  })
})

describe('a header changes nothing once the status has come', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\n'
  const OK = `${HEAD}content-length: 2\r\n\r\nok`
  it.each([
    ['a 100 that nobody asked for', `HTTP/1.1 100 Continue\r\n\r\n${OK}`, { 'content-length': '2' }, null],
    [
      'a 100 without an empty line',
      `HTTP/1.1 100 Continue\r\n${OK}`,
      { 'content-length': '2' },
      'an interim answer has no empty line at its end',
    ],
    [
      'an obs-fold',
      `${HEAD}x-a: one\r\n  two\r\ncontent-length: 2\r\n\r\nok`,
      { 'x-a': 'one two', 'content-length': '2' },
      'a line of its header is folded',
    ],
    [
      'a bare LF',
      `${HEAD}x-a: one\ncontent-length: 2\r\n\r\nok`,
      { 'x-a': 'one', 'content-length': '2' },
      'a line of its header ends in a line feed alone',
    ],
    [
      'a bare LF behind the status',
      'HTTP/1.1 200 OK\ncontent-length: 2\n\nok',
      { 'content-length': '2' },
      'a line of its header ends in a line feed alone',
    ],
    [
      'Content-Length with Transfer-Encoding',
      `${HEAD}content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      { 'content-length': '9', 'transfer-encoding': 'chunked' },
      'it has both Content-Length and Transfer-Encoding',
    ],
    [
      'Content-Length twice',
      `${HEAD}content-length: 2\r\ncontent-length: 2\r\n\r\nok`,
      { 'content-length': '2, 2' },
      'it has Content-Length twice',
    ],
    [
      'two Content-Lengths that differ',
      `${HEAD}content-length: 2\r\ncontent-length: 5\r\n\r\nok`,
      { 'content-length': '2, 5' },
      'it has Content-Length twice',
    ],
    [
      'a Content-Length that is no number',
      `${HEAD}content-length: two\r\n\r\nok`,
      { 'content-length': 'two' },
      'its Content-Length is not a number',
    ],
    [
      'a space before the colon',
      `${HEAD}x-a : one\r\ncontent-length: 2\r\n\r\nok`,
      { 'x-a': 'one', 'content-length': '2' },
      '"x-a " is not the name of a header',
    ],
    [
      'a NUL in a value',
      `${HEAD}x-a: o\0e\r\ncontent-length: 2\r\n\r\nok`,
      { 'x-a': 'o\0e', 'content-length': '2' },
      'the value of its header "x-a" holds a control character',
    ],
    [
      'a line without a colon',
      `${HEAD}hello\r\ncontent-length: 2\r\n\r\nok`,
      { hello: '', 'content-length': '2' },
      'a line of its header has no colon',
    ],
    ['no reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', { 'content-length': '2' }, null],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nok', {}, null],
  ])('%s', async (_what, answer, headers, fault) => {
    const server = await serve({
      onRequest: (socket) => void socket.write(answer),
    })
    const sender = transport()
    const report = await sender.send(request(server.port))
    expect(report).toMatchObject({ outcome: 'delivered', statusCode: 200, sends: 1 })
    expect(report.error).toEqual(
      fault && {
        code: 'response_malformed',
        message: `Your server acknowledged (200), but its answer breaks HTTP/1.1: ${fault}.`,
      },
    )
    expect(report.responseHeaders).toEqual(headers)
    expect(report.responseBody?.toString()).toBe('ok')
    await sender.send(request(server.port))
    expect(server.connections).toBe(fault === null && Object.keys(headers).length > 0 ? 1 : 2)
  })

  it.each([
    ['one header', 'x'.repeat(10_000)],
    ['headers', `x-more: ${'y'.repeat(500)}\r\n`],
  ])('%s without end', async (_what, chunk) => {
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write(`${HEAD}x-first: `)
        flood(socket, chunk)
      },
    })
    expect(report).toMatchObject({
      outcome: 'delivered',
      error: {
        code: 'response_malformed',
        message:
          'Your server acknowledged (200), but its answer breaks HTTP/1.1: its header is larger than 16 KiB.',
      },
    })
    const kept = JSON.stringify(report.responseHeaders).length
    expect(kept).toBeGreaterThan(10_000)
    expect(kept).toBeLessThan(LIMITS.responseHeaderBytesMax + 1_000)
  })

  it.each([
    ['200 OK', 'delivered', 'response_malformed'],
    ['503 No', 'failed', 'http_server_error'],
  ])('a status line without end: %s', async (status, outcome, code) => {
    const report = await sendTo({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 ${status}`)
        flood(socket, 'O'.repeat(10_000))
      },
    })
    expect(report).toMatchObject({ outcome, error: { code } })
  })

  it.each([
    ['drips', (socket: Socket) => socket.write(`${HEAD}x-a: b\r\nx-b: c`), undefined],
    ['is closed', (socket: Socket) => socket.end(`${HEAD}x-a: b\r\nx-b: c`), 'response_malformed'],
    [
      'is reset',
      (socket: Socket) => socket.write(`${HEAD}x-a: b\r\nx-b: c`, () => socket.resetAndDestroy()),
      'response_malformed',
    ],
  ])('a header that %s', async (_how, answer, code) => {
    const report = await sendTo({ onRequest: answer })
    expect(report.outcome).toBe('delivered')
    expect(report.error?.code).toBe(code)
    expect(report.responseHeaders).toEqual({ 'x-a': 'b', 'x-b': 'c' })
  })
})

it('takes no notice of proxy variables', async () => {
  const server = await answering(http('200 OK'))
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) {
    vi.stubEnv(name, name === 'NODE_USE_ENV_PROXY' ? '1' : 'http://127.0.0.1:1')
  }
  const report = await transport().send(request(server.port))
  vi.unstubAllEnvs()
  expect(report.outcome).toBe('delivered')
})

describe('requests that cannot be made', () => {
  it('refuses a URL that the guard refuses, without a connection', async () => {
    const report = await transport().send({ ...request(1), url: 'ftp://127.0.0.1/hook' })
    expect(report).toMatchObject({ outcome: 'failed', statusCode: null, durationMs: 0 })
    expect(report.error).toEqual({
      code: 'url_not_allowed',
      message: 'The URL is not allowed: it begins with ftp:; it must begin with https:// or http://.',
    })
  })

  it.each([
    ['x-a', 'line\r\nbreak'],
    ['x-a', 'line\nbreak'],
    ['x-a', 'line\rbreak'],
    ['x-a', 'nul\0'],
    ['x-a', 'wide \u0130'],
    ['x a', '1'],
    ['x-a:', '1'],
    ['x-a\r\nx-b', '1'],
    ['', '1'],
  ])('refuses headers that cannot be written: %j: %j', async (name, value) => {
    const server = await answering(http('200 OK'))
    const bad = request(server.port)
    const report = await transport().send({ ...bad, headers: { ...bad.headers, [name]: value } })
    expect(report).toMatchObject({ outcome: 'failed', sends: 0, error: { code: 'request_invalid' } })
    expect(server.connections).toBe(0)
  })

  it('lets no header say how the request is read', async () => {
    const server = await answering(http('200 OK'))
    const headers = {
      Host: 'other.example.com',
      'Content-Length': '1',
      'transfer-encoding': 'chunked',
      Connection: 'upgrade',
      'x-a': '1',
    }
    const report = await transport().send({ ...request(server.port), headers })
    expect(report.outcome).toBe('delivered')
    expect(server.received).toBe(
      `POST /hook HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\n` +
        'x-a: 1\r\ncontent-length: 7\r\n\r\n{"a":1}',
    )
  })
})

describe('connections between requests', () => {
  it('uses one connection for requests in turn', async () => {
    const server = await answering(http('200 OK'))
    const sender = transport()
    for (let index = 0; index < 5; index++) {
      expect((await sender.send(request(server.port))).outcome).toBe('delivered')
    }
    expect(server.connections).toBe(1)
  })

  it('gives every request a connection at once, however many hang at the same origin', async () => {
    let hanging = 0
    let hang: () => void = () => undefined
    const allHang = new Promise<void>((resolve) => (hang = resolve))
    const server = await serve({
      onRequest(socket, index) {
        if (index < 60) {
          hanging += 1
          if (hanging === 60) hang()
        } else socket.write(http('200 OK'))
      },
    })
    const sender = transport()
    const lost = Array.from({ length: 60 }, () => sender.send(request(server.port, '/hang')))
    await allHang
    for (let index = 0; index < 5; index++) {
      expect((await sender.send(request(server.port))).outcome).toBe('delivered')
    }
    expect(server.connections).toBe(61)
    await server.close()
    opened.splice(opened.indexOf(server), 1)
    expect(new Set((await Promise.all(lost)).map(({ error }) => error?.code))).toEqual(
      new Set(['connection_closed']),
    )
  })

  it('shares no connection between organizations', async () => {
    const server = await answering(http('200 OK'))
    const sender = transport()
    for (const organizationId of [1, 2, 1, 2]) {
      expect((await sender.send({ ...request(server.port), organizationId })).outcome).toBe('delivered')
    }
    expect(server.connections).toBe(2)
  })

  it('makes a new connection when the receiver says it closes', async () => {
    const server = await serve({
      onRequest: (socket) => socket.end(http('200 OK', { connection: 'close' })),
    })
    const sender = transport()
    for (let index = 0; index < 3; index++) {
      expect((await sender.send(request(server.port))).outcome).toBe('delivered')
    }
    expect(server.connections).toBe(3)
  })

  it.each([
    ['closed', 'finish', (socket: Socket) => socket.end(http('200 OK'))],
    ['reset', 'close', (socket: Socket) => socket.write(http('200 OK'), () => socket.resetAndDestroy())],
  ])('does not fail on a kept connection that was %s behind the answer', async (_how, event, answer) => {
    let left = once(new EventEmitter(), event)
    const server = await serve({
      onRequest: (socket) => {
        left = once(socket, event)
        answer(socket)
      },
    })
    const sender = transport()
    for (let index = 0; index < 20; index++) {
      // The end of the connection is at our door when the next request starts, and often not yet looked at.
      expect(await sender.send(request(server.port))).toMatchObject({ outcome: 'delivered', error: null })
      await left
    }
    expect(server.received.match(/POST/g)).toHaveLength(20)
  })

  it('needs a second try once, not every second time, where connections are closed unannounced', async () => {
    const asked = new WeakSet<Socket>()
    const server = await serve({
      onRequest: (socket) => {
        // The close comes too late to be seen before the second request is on its way.
        if (asked.has(socket)) socket.end()
        else socket.write(http('200 OK'))
        asked.add(socket)
      },
    })
    const sender = transport()
    const reports = []
    for (let index = 0; index < 10; index++) reports.push(await sender.send(request(server.port)))
    expect(reports.map(({ outcome }) => outcome)).toEqual(Array(10).fill('delivered'))
    expect(reports.map(({ sends }) => sends)).toEqual([1, 2, ...Array(8).fill(1)])
    expect(server.connections).toBe(10)
  })

  it('does not keep a connection for ever', async () => {
    let hours = 0
    const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + hours * 3_600_000 }
    const server = await answering(http('200 OK'))
    const sender = transport({ clock })
    for (hours = 0; hours < 3; hours++) await sender.send(request(server.port))
    // One is found too old when it comes back, so that every second request needs a new one.
    expect(server.connections).toBe(2)
  })

  it.each([
    ['is reset', (socket: Socket) => socket.resetAndDestroy()],
    ['is closed', (socket: Socket) => void socket.end()],
  ])('sends a request a second time when a kept connection %s under it', async (_how, breakOff) => {
    const server = await serve({
      onRequest: (socket, index) => {
        if (index === 1) breakOff(socket)
        else socket.write(http('200 OK'))
      },
    })
    const sender = transport()
    expect(await sender.send(request(server.port))).toMatchObject({ outcome: 'delivered', sends: 1 })
    expect(await sender.send(request(server.port))).toMatchObject({
      outcome: 'delivered',
      sends: 2,
      error: null,
    })
    expect(server.received.match(/POST/g)).toHaveLength(3)
    expect(server.connections).toBe(2)
  })

  it('does so once', async () => {
    const server = await serve({
      onRequest: (socket, index) => {
        if (index === 0) socket.write(http('200 OK'))
        else socket.resetAndDestroy()
      },
    })
    const sender = transport()
    await sender.send(request(server.port))
    const report = await sender.send(request(server.port))
    expect(report).toMatchObject({ outcome: 'failed', sends: 2, error: { code: 'connection_reset' } })
    expect(server.received.match(/POST/g)).toHaveLength(3)
  })

  it('does not once a byte of an answer has come', async () => {
    const server = await serve({
      onRequest: (socket, index) => {
        if (index === 0) socket.write(http('200 OK'))
        else socket.end('H')
      },
    })
    const sender = transport()
    await sender.send(request(server.port))
    const report = await sender.send(request(server.port))
    expect(report).toMatchObject({ outcome: 'failed', sends: 1, error: { code: 'connection_closed' } })
    expect(server.received.match(/POST/g)).toHaveLength(2)
  })

  it('takes no bytes that came while a connection was idle for an answer', async () => {
    const late = new EventEmitter()
    const server = await serve({
      onConnection: (socket) => socket.on('close', () => late.emit('closed')),
      onRequest: (socket, index) => {
        if (index !== 0) socket.write(http('500 No'))
        else socket.write(http('200 OK'), () => setImmediate(() => socket.write(http('200 OK'))))
      },
    })
    const sender = transport()
    const closed = once(late, 'closed')
    expect((await sender.send(request(server.port))).statusCode).toBe(200)
    await closed
    expect((await sender.send(request(server.port))).statusCode).toBe(500)
    expect(server.connections).toBe(2)
  })

  it('gives a request its own answer, not what was left of the one before', async () => {
    const server = await serve({
      onRequest: (socket, index) =>
        socket.write(index === 0 ? http('200 OK') + http('500 Smuggled') : http('201 Created')),
    })
    const sender = transport()
    expect((await sender.send(request(server.port))).statusCode).toBe(200)
    expect((await sender.send(request(server.port))).statusCode).toBe(201)
  })

  it('keeps no more idle connections than allowed, and ends the oldest of whoever has most', async () => {
    const hungUp = new EventEmitter()
    const servers = await Promise.all(
      [0, 1, 2].map((index) =>
        serve({
          onConnection: (socket) => socket.on('close', () => hungUp.emit('one', index)),
          onRequest: (socket) => socket.write(http('200 OK')),
        }),
      ),
    )
    const sender = transport({ idleConnectionsMax: 3 })
    await sender.send({ ...request(servers[0]!.port), organizationId: 2 })
    const first = once(hungUp, 'one')
    for (const { port } of servers) await sender.send(request(port))
    // Organization 2 has the oldest of all, and keeps it.
    expect(await first).toEqual([0])
    await sender.send({ ...request(servers[0]!.port), organizationId: 2 })
    for (const { port } of [...servers].reverse()) await sender.send(request(port))
    expect(servers.map(({ connections }) => connections)).toEqual([3, 1, 1])
  })

  it('ends idle connections on close, twice without harm, and later ones as they come back', async () => {
    const hungUp = new EventEmitter()
    const server = await serve({
      onConnection: (socket) => socket.on('close', () => hungUp.emit('one')),
      onRequest: (socket) => socket.write(http('200 OK')),
    })
    const sender = transport()
    await sender.send(request(server.port))
    const first = once(hungUp, 'one')
    await sender.close()
    await sender.close()
    await first
    const second = once(hungUp, 'one')
    expect((await sender.send(request(server.port))).outcome).toBe('delivered')
    await second
    expect(server.connections).toBe(2)
  })
})
