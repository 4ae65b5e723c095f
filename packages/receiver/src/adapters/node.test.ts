import { once } from 'node:events'
import { createServer, request as openRequest, type IncomingMessage, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { verifyNodeRequest, type NodeRequest } from '../node.ts'
import { signFixture } from '../testing.ts'
import type { VerifyResult } from '../verify/result.ts'

const SECRET = 'test-only passphrase'
const BODY = '{"event":"run.failed","timestamp":"2025-10-09T08:53:20Z","note":"größe"}'
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  closers.push(() => {
    server.close().closeAllConnections()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Sends a signed request to a real server and gives what the adapter made of it there. */
async function verdictOn(
  pieces: string[],
  adapt: (request: NodeRequest) => Promise<VerifyResult> = (request) =>
    verifyNodeRequest(request, { secret: SECRET }),
): Promise<VerifyResult> {
  const verdict = Promise.withResolvers<VerifyResult>()
  const port = await serve((request, response) => {
    adapt(request)
      .then(verdict.resolve, verdict.reject)
      .finally(() => response.end())
  })
  const headers = signFixture({ secret: SECRET, body: pieces.join(''), dialect: 'validibot' })
  const outgoing = openRequest({ port, host: '127.0.0.1', method: 'POST', headers })
  for (const piece of pieces) outgoing.write(piece)
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.resume()
  return verdict.promise
}

describe('verifyNodeRequest', () => {
  it('verifies a request as it comes from the socket', async () => {
    expect(await verdictOn([BODY])).toMatchObject({ ok: true, scheme: 'v1' })
  })

  it('verifies a body that comes in pieces', async () => {
    expect(await verdictOn([BODY.slice(0, 5), BODY.slice(5)])).toMatchObject({ ok: true })
  })

  it('verifies a request that was paused', async () => {
    const paused = verdictOn([BODY], (request) => verifyNodeRequest(request.pause(), { secret: SECRET }))
    expect(await paused).toMatchObject({ ok: true })
  })

  it.each([
    ['a Buffer in body', 'body', Buffer.from(BODY)],
    ['text in body', 'body', BODY],
    ['a Buffer in rawBody', 'rawBody', Buffer.from(BODY)],
  ])('takes %s', async (_name, field, kept) => {
    const verdict = verdictOn([BODY], async (request) => {
      await request.forEach(() => undefined)
      return verifyNodeRequest(Object.assign(request, { [field]: kept }), { secret: SECRET })
    })
    expect(await verdict).toMatchObject({ ok: true })
  })

  it('reads the stream although a parser that skipped it left an empty object', async () => {
    const verdict = verdictOn([BODY], (request) =>
      verifyNodeRequest(Object.assign(request, { body: {} }), { secret: SECRET }),
    )
    expect(await verdict).toMatchObject({ ok: true })
  })

  it.each([
    ['an object', { event: 'run.failed' }],
    ['nothing', undefined],
  ])('says body_parsed when a parser left %s', async (_name, body) => {
    const verdict = verdictOn([BODY], async (request) => {
      await request.forEach(() => undefined)
      return verifyNodeRequest(Object.assign(request, { body }), { secret: SECRET })
    })
    expect(await verdict).toMatchObject({ ok: false, reason: 'body_parsed' })
  })

  it.each([
    ['announced', [BODY]],
    ['found out while reading', [BODY.slice(0, 5), BODY.slice(5)]],
  ])('refuses a body beyond the limit, %s', async (_name, pieces) => {
    const limited = (request: NodeRequest) =>
      verifyNodeRequest(request, { secret: SECRET, bodyLimitBytes: BODY.length - 1 })
    expect(await verdictOn(pieces, limited)).toMatchObject({ ok: false, reason: 'body_too_large' })
  })

  it('refuses kept bytes beyond the limit', async () => {
    const limited = (request: NodeRequest) =>
      verifyNodeRequest(Object.assign(request, { body: BODY }), { secret: SECRET, bodyLimitBytes: 10 })
    expect(await verdictOn([BODY], limited)).toMatchObject({ ok: false, reason: 'body_too_large' })
  })

  it.each(['within the body', 'before it is read'])(
    'settles when the sender breaks off %s',
    async (moment) => {
      const verdict = Promise.withResolvers<VerifyResult>()
      const port = await serve((request) => {
        socket.destroy()
        const begin = () =>
          verifyNodeRequest(request, { secret: SECRET }).then(verdict.resolve, verdict.reject)
        if (moment === 'within the body') void begin()
        else request.on('error', () => undefined).on('close', () => void begin())
      })
      const socket = connect(port, '127.0.0.1')
      socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{"eve')
      expect(await verdict.promise).toMatchObject({ ok: false, reason: 'unreadable_request' })
    },
  )

  it('does not reject when the request is none', async () => {
    expect(await verifyNodeRequest({} as never, { secret: SECRET })).toMatchObject({
      reason: 'unreadable_request',
    })
  })
})
