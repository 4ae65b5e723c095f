import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { webhookMiddleware, type MiddlewareOptions, type VerifiedRequest } from '../node.ts'
import { signFixture } from '../testing.ts'
import type { Refused } from '../verify/result.ts'

const SECRET = 'test-only passphrase'
const BODY = '{"event":"run.failed","timestamp":"2025-10-09T08:53:20Z"}'
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

type Parser = (request: VerifiedRequest) => Promise<void>

/** A parser as Express has them: leaves the bytes, or what JSON makes of them, in `body`. */
function parser(read: (bytes: Buffer) => unknown): Parser {
  return async (request) => {
    const chunks = (await request.toArray()) as Buffer[]
    request.body = read(Buffer.concat(chunks))
  }
}

/** A minimal Connect: a parser, the middleware, then a handler that shows what it got. */
async function post(
  options: MiddlewareOptions,
  headers: Record<string, string>,
  parse?: Parser,
): Promise<Response> {
  const middleware = webhookMiddleware(options)
  const server = createServer((request: VerifiedRequest, response: ServerResponse) => {
    const next = (error?: unknown) => {
      response.statusCode = error === undefined ? 200 : 599
      response.end(JSON.stringify(error === undefined ? request.webhook : 'failed'))
    }
    void Promise.resolve(parse?.(request)).then(() => middleware(request, response, next))
  }).listen(0, '127.0.0.1')
  closers.push(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: BODY })
}

const signed = () => signFixture({ secret: SECRET, body: BODY, id: 'evt_1', dialect: 'validibot' })

describe('webhookMiddleware', () => {
  it.each([
    ['nothing before it', undefined],
    ['express.raw() before it', parser((bytes) => bytes)],
    ['express.text() before it', parser((bytes) => bytes.toString('utf8'))],
  ])('hands a genuine request on, with %s', async (_name, parse) => {
    const response = await post({ secret: SECRET }, signed(), parse)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      ok: true,
      scheme: 'v1',
      id: 'evt_1',
      event: { event: 'run.failed' },
    })
  })

  it('answers body_parsed when a JSON parser was before it', async () => {
    const parse = parser((bytes) => JSON.parse(bytes.toString('utf8')) as unknown)
    const response = await post({ secret: SECRET }, signed(), parse)
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ error: 'body_parsed' })
  })

  it('answers a wrong secret with 401 and tells the receiver', async () => {
    const refusals: Refused[] = []
    const options = {
      secret: 'test-only other',
      onRefused: (refused: Refused) => void refusals.push(refused),
    }
    const response = await post(options, signed())
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toEqual({
      error: 'wrong_secret_or_body_changed',
      detail: refusals[0]?.detail,
    })
  })

  it('answers a body beyond the limit with 413, and closes the connection', async () => {
    const response = await post({ secret: SECRET, bodyLimitBytes: 5 }, signed())
    expect(response.status).toBe(413)
    expect(response.headers.get('connection')).toBe('close')
  })

  it('hands what onRefused throws to the framework', async () => {
    const onRefused = () => {
      throw new Error('log is full')
    }
    expect((await post({ secret: SECRET, onRefused }, {})).status).toBe(599)
  })
})
