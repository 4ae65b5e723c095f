import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSelfSigned } from '../../test/support/certificate.ts'
import { createPageWorld, HTML, urlOf } from '../../test/support/page-world.ts'
import { http, startRawServer } from '../../test/support/raw-server.ts'

const MB = 1024 * 1024

const { answering, fetcher, fetchFrom, opens, serve, closeAll } = createPageWorld()
afterEach(closeAll)

function packed(encoding: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

describe('a page', () => {
  it('comes as it is, and the server is told who asks', async () => {
    const server = await answering(http('200 OK', HTML, '<title>hé</title>'))
    const page = await fetcher().fetch(1, urlOf(server, '/a?b=%20#part'))
    expect(page).toEqual({
      ok: true,
      url: urlOf(server, '/a?b=%20'),
      status: 200,
      contentType: 'text/html; charset=utf-8',
      content: Buffer.from('<title>hé</title>'),
      durationMs: expect.any(Number),
      redirects: 0,
    })
    expect(server.received.split('\r\n').sort()).toEqual([
      '',
      '',
      'GET /a?b=%20 HTTP/1.1',
      'accept-encoding: gzip, br',
      'accept: text/html, application/xhtml+xml, application/ld+json;q=0.9, application/json;q=0.5',
      'connection: close',
      `host: 127.0.0.1:${server.port}`,
      'user-agent: Sealpost/1.2.3 (+https://sealpost.example.com; page check)',
    ])
  })

  it.each([
    ['without a type', http('200 OK', {}, 'hello'), 'text/html', 'hello'],
    ['of another 2xx status', http('203 Changed', HTML, 'hello'), HTML['content-type'], 'hello'],
    [
      'in chunks',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`,
      'text/html',
      'hello',
    ],
    ['that ends with its connection', 'HTTP/1.1 200 OK\r\n\r\nhello', 'text/html', 'hello'],
    [
      'after early hints',
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${http('200 OK', {}, 'hello')}`,
      'text/html',
      'hello',
    ],
    ['packed with gzip', packed('gzip', gzipSync('hello')), 'text/html', 'hello'],
    ['packed with brotli', packed('br', brotliCompressSync('hello')), 'text/html', 'hello'],
    [
      'packed twice in a row',
      packed('gzip', Buffer.concat([gzipSync('hel'), gzipSync('lo')])),
      'text/html',
      'hello',
    ],
  ])('%s is one', async (_, answer, contentType, content) => {
    const page = await fetchFrom(answer)
    expect(page).toMatchObject({ ok: true, contentType, content: Buffer.from(content) })
  })

  it('may have as much as is allowed, and its connection is not kept', async () => {
    let closed = 0
    const server = await serve({
      onConnection: (socket) => socket.on('close', () => (closed += 1)),
      onRequest: (socket) => socket.write(http('200 OK', HTML, 'x'.repeat(10 * MB))),
    })
    const page = await fetcher().fetch(1, urlOf(server))
    expect(page.ok && page.content.length).toBe(10 * MB)
    await vi.waitFor(() => expect(closed).toBe(1))
  })
})

describe('an answer that is no page', () => {
  it.each([
    [http('404 Not Found', HTML, 'no'), 'http_client_error', 404],
    [http('410 Gone', HTML, 'no'), 'gone', 410],
    [http('429 Too Many Requests'), 'rate_limited', 429],
    [http('503 Service Unavailable'), 'http_server_error', 503],
    [http('304 Not Modified'), 'http_unexpected_status', 304],
    [http('200 OK', { 'content-type': 'application/pdf' }, '%PDF'), 'content_type_not_supported', 200],
    [http('200 OK', { ...HTML, 'content-encoding': 'zstd' }, 'x'), 'content_encoding_not_supported', 200],
    [http('204 No Content', {}), 'page_empty', 204],
    [http('200 OK', HTML, ' \r\n\t'), 'page_empty', 200],
    [packed('gzip', gzipSync('')), 'page_empty', 200],
    [http('206 Partial Content', HTML, 'half'), 'http_unexpected_status', 206],
    [packed('gzip', Buffer.from('plain')), 'content_encoding_broken', 200],
    [packed('gzip', gzipSync('hello').subarray(0, -5)), 'page_incomplete', 200],
    ['HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhello', 'page_incomplete', 200],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', 'page_incomplete', 200],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfive\r\nhello\r\n', 'malformed_response', 200],
    ['HTTP/1.1 200 OK\r\ncontent-length: 10485761\r\n\r\n', 'page_too_large', 200],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(33 * 1024)}\r\n\r\n`, 'response_header_too_large', null],
    ['SSH-2.0-OpenSSH_9.9\r\n', 'malformed_response', null],
    ['', 'connection_closed', null],
  ])('%#: %j', async (answer, code, status) => {
    const failure = await fetchFrom(answer)
    expect(failure).toMatchObject({ ok: false, code, status, message: expect.stringMatching(/^[A-Z].*\.$/) })
  })

  it('says how much of a page was there when its connection was reset', async () => {
    const failure = await fetchFrom((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhello', () => socket.resetAndDestroy()),
    )
    expect(failure).toMatchObject({ code: 'page_incomplete' })
  })

  it('a certificate that nobody signed', async () => {
    const server = await startRawServer({}, createSelfSigned({ names: ['127.0.0.1'] }))
    opens(server)
    const failure = await fetcher().fetch(1, `https://127.0.0.1:${server.port}/`)
    expect(failure).toMatchObject({
      code: 'tls_untrusted',
      message: `The certificate of 127.0.0.1:${server.port} is signed by itself.`,
    })
  })

  it('a port where nothing listens', async () => {
    const server = await startRawServer({})
    await server.close()
    expect(await fetcher().fetch(1, urlOf(server))).toMatchObject({
      code: 'connection_refused',
      status: null,
    })
  })

  it.each(['nonsense', '', 'ftp://example.com/', 'https://user@example.com/', 'https://xyz.onion/'])(
    'a URL like %j',
    async (url) => {
      expect(await fetcher().fetch(1, url)).toEqual({
        ok: false,
        code: 'url_not_allowed',
        message: expect.stringMatching(/^The URL is not allowed: .*\.$/),
        status: null,
        url,
        durationMs: 0,
      })
    },
  )
})
