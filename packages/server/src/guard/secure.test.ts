import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, TLSSocket, type SecureVersion, type TlsOptions } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority, createSelfSigned, type Identity } from '../../test/support/certificate.ts'
import { startRawServer, type RawServer } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import { DAY_MS } from '../core/time.ts'
import { errorCode } from './error-code.ts'
import { createGuard } from './guard.ts'

const authority = createAuthority()
const NAME = 'hooks.example.com'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

/** Answers what it is sent, so that whoever waits for that has read the sessions before it. */
async function serve(
  identity: Identity & TlsOptions,
): Promise<{ server: RawServer; resumed: boolean[]; protocols: unknown[] }> {
  const resumed: boolean[] = []
  const protocols: unknown[] = []
  const onConnection = (socket: Socket): void => {
    if (!(socket instanceof TLSSocket)) return
    resumed.push(socket.isSessionReused())
    protocols.push(socket.alpnProtocol)
    socket.on('data', (data) => socket.write(data))
  }
  const server = await startRawServer({ onConnection }, identity, { host: '0.0.0.0' })
  opened.push(server)
  return { server, resumed, protocols }
}

interface Wanted {
  hostname?: string
  session?: Buffer | null
  alpn?: string[]
}

/** The machine's clock, which a test may set forward. */
let shiftMs = 0
afterEach(() => {
  shiftMs = 0
})
const guard = createGuard({
  allowHttp: true,
  allowCidr: ['127.0.0.0/8'],
  resolver: { resolve: () => Promise.resolve(['127.0.0.1']) },
  clock: { ...systemClock, now: () => systemClock.now() + shiftMs },
  ca: authority.cert,
})

/** The sessions that a connection was offered, or the code of its failure. */
async function open(
  port: number,
  { hostname = NAME, session = null, alpn = ['http/1.1'] }: Wanted = {},
): Promise<Buffer[] | string> {
  const sessions: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<Buffer[] | string>()
  guard.open(
    {
      protocol: 'https:',
      hostname,
      port: String(port),
      tls: { session, onSession: (one) => sessions.push(one), alpn },
    },
    () => undefined,
    (error, socket) => {
      if (error !== null) {
        resolve(errorCode(error) ?? error.message)
        return
      }
      socket.write('hello')
      socket.once('data', () => {
        socket.destroy()
        resolve(sessions)
      })
    },
  )
  return promise
}

async function sessionOf(port: number, wanted: Wanted = {}): Promise<Buffer> {
  const sessions = await open(port, wanted)
  if (typeof sessions === 'string') throw new Error(sessions)
  expect(sessions.length).toBeGreaterThan(0)
  return sessions.at(-1)!
}

describe.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('a session of %s', (maxVersion) => {
  it('is told, and resumed when it is brought along', async () => {
    const { server, resumed } = await serve({ ...authority.issue({ names: [NAME] }), maxVersion })
    const session = await sessionOf(server.port)
    expect(await open(server.port, { session })).toBeInstanceOf(Array)
    expect(resumed).toEqual([false, true])
  })

  it('that a resumed connection is told can be resumed in turn, by the same host only', async () => {
    const { server, resumed } = await serve({ ...authority.issue({ names: ['127.0.0.1'] }), maxVersion })
    const first = await sessionOf(server.port, { hostname: '127.0.0.1' })
    const sessions = await open(server.port, { hostname: '127.0.0.1', session: first })
    // TLS 1.2 goes on with the session that there is.
    const second = sessions.at(-1) ?? first
    await open(server.port, { hostname: '127.0.0.1', session: second as Buffer })
    expect(resumed).toEqual([false, true, true])
    expect(await open(server.port, { hostname: '127.0.0.2', session: second as Buffer })).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    )
  })

  it('is not resumed unasked', async () => {
    const { server, resumed } = await serve({ ...authority.issue({ names: [NAME] }), maxVersion })
    await open(server.port)
    await open(server.port)
    expect(resumed).toEqual([false, false])
  })

  it('of another host does not stand for this one', async () => {
    // No name is sent for an address, so that the server itself sees no difference.
    const identity = authority.issue({ names: ['127.0.0.1'] })
    const { server, resumed } = await serve({ ...identity, maxVersion })
    const session = await sessionOf(server.port, { hostname: '127.0.0.1' })
    expect(await open(server.port, { hostname: '127.0.0.2', session })).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(resumed).not.toContain(true)
  })

  it('that was made without trust does not bring any', async () => {
    const { server } = await serve({ ...createSelfSigned({ names: [NAME] }), maxVersion })
    const careless = connect({
      port: server.port,
      host: '127.0.0.1',
      servername: NAME,
      rejectUnauthorized: false,
    })
    const [session] = (await once(careless, 'session')) as [Buffer]
    careless.destroy()
    expect(await open(server.port, { session })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  })

  it('whose certificate has expired since makes room for a new one', async () => {
    const { server, resumed } = await serve({ ...authority.issue({ names: [NAME] }), maxVersion })
    const session = await sessionOf(server.port)
    shiftMs = 2 * DAY_MS
    expect(await open(server.port, { session })).toBeInstanceOf(Array)
    expect(resumed).toEqual([false, false])
  })

  it('that is garbage is none', async () => {
    const { server, resumed } = await serve({ ...authority.issue({ names: [NAME] }), maxVersion })
    expect(await open(server.port, { session: Buffer.from('garbage') })).toBeInstanceOf(Array)
    expect(resumed).toEqual([false])
  })

  it('is not told of a server that is refused', async () => {
    const { server } = await serve({ ...createSelfSigned({ names: [NAME] }), maxVersion })
    const sessions: Buffer[] = []
    const failed = Promise.withResolvers<Error | null>()
    guard.open(
      {
        protocol: 'https:',
        hostname: NAME,
        port: String(server.port),
        tls: { session: null, onSession: (session) => sessions.push(session), alpn: ['http/1.1'] },
      },
      () => undefined,
      (...[error]) => failed.resolve(error),
    )
    expect(errorCode(await failed.promise)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(sessions).toEqual([])
  })
})

describe('the protocol', () => {
  it('is offered by ALPN', async () => {
    const identity = { ...authority.issue({ names: [NAME] }), ALPNProtocols: ['h2', 'http/1.1'] }
    const { server, protocols } = await serve(identity)
    await open(server.port, { alpn: ['http/1.1'] })
    expect(protocols).toEqual(['http/1.1'])
  })
})
