import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApi, type TestApi, type TestCaller } from '../../../test/support/test-api.ts'

let api: TestApi
let acme: TestCaller

beforeAll(async () => {
  api = await createTestApi({ logLevel: 'debug' })
  acme = await api.organization('acme')
  await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

interface RawAnswer {
  status: number
  headers: Headers
  body: string
}

/** Sends the text over a connection of its own and reads until the server ends it. */
async function exchange(text: string): Promise<RawAnswer> {
  const { port } = api.app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(text, 'latin1')
  await once(socket, 'close')
  const [head = '', body = ''] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n', 2)
  const [statusLine = '', ...lines] = head.split('\r\n')
  const pairs = lines.map((line) => line.split(': ', 2) as [string, string])
  return { status: Number(statusLine.split(' ')[1]), headers: new Headers(pairs), body }
}

const post = (...lines: string[]) =>
  ['POST /api/v1/projects HTTP/1.1', 'Host: x', ...lines, 'Connection: close', '', '{}'].join('\r\n')
const get = (...lines: string[]) =>
  ['GET /api/v1/projects HTTP/1.1', `X-API-Key: ${acme.key}`, ...lines, 'Connection: close', '', ''].join(
    '\r\n',
  )

/** Levels of the lines logged that say this. */
const levelsOf = (message: string) =>
  api.log
    .filter((line) => line.includes(message))
    .map((line) => (JSON.parse(line) as { level: string }).level)

describe('what is no HTTP request', () => {
  it.each([
    ['garbage', 'hello\r\n\r\n', 400, 'malformed_request', undefined],
    ['a bad Content-Length', post('Content-Length: two'), 400, 'malformed_request', 'Content-Length'],
    [
      'two Content-Lengths',
      post('Content-Length: 2', 'Content-Length: 3'),
      400,
      'malformed_request',
      'Content-Length',
    ],
    ['a NUL in a header', post('X-A: a\0b'), 400, 'malformed_request', undefined],
    ['a method nobody knows', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed_request', undefined],
    ['too large a header', post(`X-A: ${'a'.repeat(64 * 1024)}`), 431, 'header_too_large', undefined],
  ])('%s is answered with a whole problem document', async (_what, text, status, code, field) => {
    const answer = await exchange(text)
    const body = JSON.parse(answer.body) as Record<string, unknown>
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(answer.headers.get('connection')).toBe('close')
    expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'detail', 'code', 'errors', 'request_id'])
    expect([answer.status, body.status, body.code]).toEqual([status, status, code])
    expect((body.errors as { field: string }[])[0]?.field).toBe(field)
    expect(body.request_id).toBe(answer.headers.get('x-request-id'))
    expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is told from one that did not arrive in time', async () => {
    const accepted = once(api.app.server, 'connection')
    const answer = exchange('GET /')
    const [socket] = await accepted
    // What Node's own check says after a minute of silence.
    const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
    api.app.server.emit('clientError', late, socket)
    expect(JSON.parse((await answer).body)).toMatchObject({ status: 408, code: 'request_timeout' })
  })

  it('is logged without its bytes for who looks closely, and leaves the server up', async () => {
    expect((await exchange(get('Host: x', 'X-A: a\0b'))).status).toBe(400)
    expect((await exchange(get('Host: x'))).status).toBe(200)
    expect(levelsOf('a request could not be read')).toContain('debug')
    const log = api.log.join('')
    expect(log).toContain('HPE_INVALID_HEADER_TOKEN')
    expect(log).not.toContain(acme.key)
    expect(log).not.toMatch(/rawPacket|buffer/i)
    expect(levelsOf('').filter((level) => level === 'warn' || level === 'error')).toEqual([])
  })
})

describe('a request', () => {
  it('of HTTP/1.1 must name its host', async () => {
    const answer = await exchange(get())
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'malformed_request',
      errors: [{ field: 'Host' }],
      request_id: answer.headers.get('x-request-id'),
    })
  })

  it('of HTTP/1.0 need not', async () => {
    expect((await exchange(get().replace('HTTP/1.1', 'HTTP/1.0'))).status).toBe(200)
  })

  it('may expect what nobody knows', async () => {
    expect((await exchange(get('Host: x', 'Expect: x'))).status).toBe(200)
  })

  it('that is cut off in its body is no fault of the server', async () => {
    const { port } = api.app.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    const arrived = once(api.app.server, 'request')
    socket.write(
      `POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nX-API-Key: ${acme.key}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":',
    )
    await arrived
    socket.destroy()
    await expect.poll(() => levelsOf('request cut off')).toEqual(['debug'])
    expect(levelsOf('request failed')).toEqual([])
    expect((await acme.call('GET', '/api/v1/projects')).body.data).toHaveLength(1)
  })
})
