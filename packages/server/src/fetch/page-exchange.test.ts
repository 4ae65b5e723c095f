import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPageWorld, urlOf } from '../../test/support/page-world.ts'
import { flood, http } from '../../test/support/raw-server.ts'

const MB = 1024 * 1024

const { fetcher, fetchFrom, serve, closeAll } = createPageWorld()
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
    const failure = await fetcher({ deadlineMs: 10_000 }).fetch(1, urlOf(server))
    expect(failure).toMatchObject({ ok: false, code, message: expect.stringMatching(message) })
    await vi.waitFor(() => expect(closed).toBe(1))
  })
})

describe('one deadline', () => {
  it.each([
    [
      'never answers',
      () => undefined,
      'timeout',
      null,
      /^No complete answer within 0.2 s\. The server accepted/,
    ],
    [
      'drips its page',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        const drip = setInterval(() => socket.write('x'), 10)
        socket.on('close', () => clearInterval(drip))
      },
      'timeout',
      200,
      /^The page was not there whole within 0\.2 s; [1-9]\d* bytes of it were\.$/,
    ],
  ])('ends a fetch from a server that %s', async (_, behave, code, status, message) => {
    const failure = await fetchFrom(behave, { deadlineMs: 200 })
    expect(failure).toMatchObject({ ok: false, code, status, message: expect.stringMatching(message) })
    expect(failure.durationMs).toBeGreaterThanOrEqual(195)
    expect(failure.durationMs).toBeLessThan(2_000)
  })

  it('covers all redirects together', async () => {
    const server = await serve({
      onRequest: (socket, index) =>
        setTimeout(() => socket.end(http('302 Found', { location: `/${index + 1}` })), 90),
    })
    const failure = await fetcher({ deadlineMs: 200 }).fetch(1, urlOf(server))
    expect(failure).toMatchObject({ code: 'timeout', url: urlOf(server, '/2') })
    expect(failure.durationMs).toBeLessThan(2_000)
  })
})
