import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { createGuard, type Guard } from '../guard/guard.ts'
import { createResolver } from '../guard/resolver.ts'
import { createPageWorld, urlOf } from '../../test/support/page-world.ts'
import { createHandClock } from '../../test/support/hand-clock.ts'
import { flood, http } from '../../test/support/raw-server.ts'

const MB = 1024 * 1024
const HEAD = 'HTTP/1.1 200 OK\r\n\r\n'
const WAIT = { timeout: 60_000 }

/** A guard whose sockets can be looked at. */
function watchedGuard() {
  const guard = createGuard({
    allowHttp: true,
    allowCidr: ['127.0.0.0/8'],
    resolver: createResolver(),
    clock: systemClock,
  })
  const sockets: Socket[] = []
  const open: Guard['open'] = (target, onStage, report) =>
    guard.open(target, onStage, (...outcome) => {
      const [error, socket] = outcome
      if (error === null) sockets.push(socket)
      report(...outcome)
    })
  return { guard: { ...guard, open }, sockets }
}

const { fetcher, serve, closeAll } = createPageWorld()
afterEach(closeAll)

describe('an answer without end', () => {
  it.each([
    ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(100_000), 'page_too_large', /larger than 10 MB/],
    // Each piece is a whole gzip member, so that it goes on for ever and could never be unpacked whole.
    [
      'a bomb',
      'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n',
      gzipSync(Buffer.alloc(20 * MB)),
      'page_too_large',
      /larger than 10 MB/,
    ],
    [
      'what unpacks to nothing',
      'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n',
      Buffer.concat(Array.from({ length: 3_000 }, () => gzipSync(''))),
      'malformed_response',
      /^The server sent an answer without end\.$/,
    ],
    [
      'chunk extensions',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1',
      ';x=y'.repeat(10_000),
      'malformed_response',
      /^The server sent an answer without end\.$/,
    ],
    [
      'a header',
      'HTTP/1.1 200 OK\r\n',
      `x: ${'y'.repeat(1_000)}\r\n`,
      'response_header_too_large',
      /larger than 32 KiB/,
    ],
    [
      'interim answers',
      '',
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
      'malformed_response',
      /interim answer/,
    ],
    [
      'a redirect',
      'HTTP/1.1 302 Found\r\nlocation: //\r\n\r\n',
      'x'.repeat(10_000),
      'redirect_invalid',
      /redirects to "\/\/"/,
    ],
    [
      'an error page',
      'HTTP/1.1 500 Oh\r\n\r\n',
      'x'.repeat(10_000),
      'http_server_error',
      /^The server failed/,
    ],
  ])('%s is cut', async (_, head, piece, code, message) => {
    let closed = 0
    const server = await serve({
      onConnection: (socket) => socket.on('close', () => (closed += 1)),
      onRequest: (socket) => {
        socket.write(head)
        flood(socket, piece)
      },
    })
    // Its time is never up.
    const failure = await fetcher({ clock: createHandClock() }).fetch(1, urlOf(server))
    expect(failure).toMatchObject({ ok: false, code, message: expect.stringMatching(message) })
    await vi.waitFor(() => expect(closed).toBe(1), WAIT)
  })
})

describe('one deadline', () => {
  it.each([
    [
      'never answers',
      () => undefined,
      0,
      'timeout',
      null,
      /^No complete answer within 0.2 s\. The server accepted/,
    ],
    [
      'never ends its page',
      (socket: Socket) => void socket.write(`${HEAD}x`),
      HEAD.length + 1,
      'timeout',
      200,
      /^The whole page did not arrive within 0\.2 s, only 1 bytes of it\.$/,
    ],
  ])('ends a fetch from a server that %s', async (_, behave, bytesRead, code, status, message) => {
    const clock = createHandClock()
    const { guard, sockets } = watchedGuard()
    const server = await serve({ onRequest: behave })
    const failure = fetcher({ clock, guard, deadlineMs: 200 }).fetch(1, urlOf(server))
    await vi.waitFor(() => {
      expect(server.received).toContain('GET /')
      expect(sockets[0]?.bytesRead).toBeGreaterThanOrEqual(bytesRead)
    }, WAIT)
    // What has been read is handed on within a turn of the loop.
    await new Promise((resolve) => setImmediate(resolve))
    clock.pass(200)
    expect(await failure).toMatchObject({
      ok: false,
      code,
      status,
      durationMs: 200,
      message: expect.stringMatching(message),
    })
  })

  it('covers all redirects together', async () => {
    const clock = createHandClock()
    const server = await serve({
      onRequest: (socket, index) => {
        clock.pass(90)
        socket.end(http('302 Found', { location: `/${index + 1}` }))
      },
    })
    const failure = await fetcher({ clock, deadlineMs: 200 }).fetch(1, urlOf(server))
    expect(failure).toMatchObject({ code: 'timeout', url: urlOf(server, '/2'), durationMs: 270 })
  })
})
