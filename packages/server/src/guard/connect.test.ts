import { TLSSocket } from 'node:tls'
import { Agent, request as undiciRequest } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority, createSelfSigned, type Identity } from '../../test/support/certificate.ts'
import { startFullBacklog } from '../../test/support/full-backlog.ts'
import { startNameServer, type NameServer } from '../../test/support/name-server.ts'
import { http, startRawServer, type RawBehaviour, type RawServer } from '../../test/support/raw-server.ts'
import { systemClock } from '../core/clock.ts'
import type { OutboundReport } from '../send/transport.ts'
import { createHttp1Transport } from '../send/http1/http1-transport.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { createResolver } from './resolver.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

function opening<Part extends { close(): Promise<void> }>(part: Part): Part {
  opened.push(part)
  return part
}

const answer200: RawBehaviour = { onRequest: (socket) => socket.write(http('200 OK')) }

async function serve(behaviour: RawBehaviour, identity?: Identity): Promise<RawServer> {
  return opening(await startRawServer(behaviour, identity))
}

async function resolving(answer: Parameters<typeof startNameServer>[0]): Promise<NameServer> {
  return opening(await startNameServer(answer))
}

interface Sending extends Partial<GuardOptions> {
  names?: NameServer
  deadlineMs?: number
}

/** A sender that may reach 127.0.0.1 alone, and asks `names`. */
function sender({ names, deadlineMs, ...options }: Sending): (url: string) => Promise<OutboundReport> {
  const resolver = createResolver({ timeoutMs: 100, tries: 1, ...(names && { servers: [names.address] }) })
  const guard = createGuard({
    allowHttp: true,
    allowCidr: ['127.0.0.1'],
    resolver,
    clock: systemClock,
    ...options,
  })
  const transport = opening(
    createHttp1Transport({
      guard,
      clock: systemClock,
      ...(deadlineMs !== undefined && { deadlineMs }),
    }),
  )
  return (url) =>
    transport.send({ organizationId: 1, url, headers: {}, body: Buffer.from('{}'), startedAt: 0 })
}

describe('names', () => {
  it('are looked up once, and stay in the request', async () => {
    const names = await resolving(() => ['127.0.0.1'])
    const server = await serve(answer200)
    const report = await sender({ names })(`http://hooks.example.com:${server.port}/`)
    expect(report.outcome).toBe('delivered')
    expect(names.lookups).toEqual(new Map([['hooks.example.com', 1]]))
    expect(server.received).toContain(`host: hooks.example.com:${server.port}\r\n`)
  })

  it('are refused when they turn to another address between two connections', async () => {
    const names = await resolving((_name, lookup) => (lookup === 0 ? ['127.0.0.1'] : ['127.0.0.2']))
    const server = await serve({ onRequest: (socket) => socket.end(http('200 OK', { connection: 'close' })) })
    const send = sender({ names })
    const url = `http://hooks.example.com:${server.port}/`
    expect((await send(url)).outcome).toBe('delivered')
    const report = await send(url)
    expect(report.error).toEqual({
      code: 'address_denied',
      message:
        'hooks.example.com resolves to 127.0.0.2, a loopback address. An operator can allow it with --allow-cidr 127.0.0.0/8.',
    })
    expect(server.connections).toBe(1)
  })

  it.each([[['127.0.0.1', '10.0.0.1']], [['127.0.0.1', '::1']]])(
    'are refused when any answer is bad: %j',
    async (answers) => {
      const names = await resolving(() => answers)
      const server = await serve(answer200)
      const report = await sender({ names })(`http://hooks.example.com:${server.port}/`)
      expect(report.error?.code).toBe('address_denied')
      expect(server.connections).toBe(0)
    },
  )

  it('lead to the next good address when one does not take the connection', async () => {
    const names = await resolving(() => ['127.0.0.2', '127.0.0.1'])
    const server = await serve(answer200)
    const send = sender({ names, allowCidr: ['127.0.0.0/8'] })
    expect((await send(`http://hooks.example.com:${server.port}/`)).outcome).toBe('delivered')
  })

  it.each([
    ['NXDOMAIN', 'dns_not_found', 'hooks.example.com does not resolve: there is no such name (NXDOMAIN).'],
    [
      'SERVFAIL',
      'dns_failed',
      'hooks.example.com could not be looked up: its name server failed (SERVFAIL).',
    ],
    [
      'silence',
      'dns_failed',
      'hooks.example.com could not be looked up: its name server did not answer in time.',
    ],
    [[], 'dns_not_found', 'hooks.example.com does not resolve: the name has no address.'],
  ] as const)('that answer %j fail as %s', async (answer, code, message) => {
    const names = await resolving(() => answer)
    const report = await sender({ names })('http://hooks.example.com/')
    expect(report.error).toEqual({ code, message })
  })

  it('that hang do not outlive the deadline', async () => {
    const names = await resolving(() => 'silence')
    const report = await sender({ names, deadlineMs: 50 })('http://hooks.example.com/')
    expect(report.error).toEqual({
      code: 'dns_failed',
      message: 'hooks.example.com could not be looked up within 0.05 s.',
    })
  })

  it('work with one family when the other fails', async () => {
    const names = await resolving((_name, _lookup, family) => (family === 4 ? ['127.0.0.1'] : 'SERVFAIL'))
    const server = await serve(answer200)
    expect((await sender({ names })(`http://hooks.example.com:${server.port}/`)).outcome).toBe('delivered')
  })
})

describe('ports', () => {
  it('off the list are refused unless every address is an allowed one', async () => {
    const names = await resolving(() => ['127.0.0.1', '93.184.215.14'])
    const report = await sender({ names })('http://hooks.example.com:6379/')
    expect(report.error).toEqual({
      code: 'address_denied',
      message:
        'Port 6379 is only allowed at addresses that an operator listed, and 93.184.215.14 is not one. An operator can allow it with --allow-cidr 93.184.215.14/32.',
    })
  })
})

describe('sockets', () => {
  it('that lead elsewhere than they were sent are cut before a byte is written', async () => {
    const server = await serve(answer200)
    // Linux takes 0.0.0.0 for 127.0.0.1: the one redirection that needs no attacker.
    const report = await sender({ allowCidr: ['0.0.0.0/8'] })(`http://0.0.0.0:${server.port}/`)
    expect(report.error).toEqual({
      code: 'address_denied',
      message: 'The connection led to 127.0.0.1 instead of 0.0.0.0, so it was cut.',
    })
    expect(server.received).toBe('')
  })

  it('that nobody accepts end with the deadline', async () => {
    const full = opening(await startFullBacklog())
    const report = await sender({ deadlineMs: 100 })(`http://127.0.0.1:${full.port}/`)
    expect(report.error).toEqual({
      code: 'connection_timeout',
      message: 'Connection timeout: 127.0.0.1 did not answer within 0.1 s.',
    })
  })
})

describe('TLS', () => {
  const authority = createAuthority()
  const name = 'hooks.example.com'

  async function sendTls(
    identity: Identity | undefined,
    options: Sending & { behaviour?: RawBehaviour } = {},
  ): Promise<{ report: OutboundReport; server: RawServer; host: string }> {
    const { behaviour = answer200, ...sending } = options
    const names = await resolving(() => ['127.0.0.1'])
    const server = await serve(behaviour, identity)
    const host = `${name}:${server.port}`
    const report = await sender({ names, ca: authority.cert, ...sending })(`https://${host}/`)
    return { report, server, host }
  }

  it('is checked against the name, which the server is told', async () => {
    const seen: unknown[] = []
    const { report } = await sendTls(authority.issue({ names: [name] }), {
      behaviour: {
        ...answer200,
        onConnection: (socket) => seen.push(socket instanceof TLSSocket && socket.servername),
      },
    })
    expect(report.outcome).toBe('delivered')
    expect(seen).toEqual([name])
  })

  it('is checked against the address when the URL has one', async () => {
    const server = await serve(answer200, authority.issue({ names: ['127.0.0.1'] }))
    const send = sender({ ca: authority.cert })
    expect((await send(`https://127.0.0.1:${server.port}/`)).outcome).toBe('delivered')
  })

  it('fails on an expired certificate, and says since when', async () => {
    const expired = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-11-20') }
    const { report, server, host } = await sendTls(authority.issue({ names: [name], ...expired }))
    expect(report.error).toEqual({
      code: 'tls_expired',
      message: `The certificate of ${host} expired on 20 November 2020.`,
    })
    expect(server.received).toBe('')
  })

  it('fails on a certificate that is not valid yet', async () => {
    const early = { notBefore: new Date('2090-01-01'), notAfter: new Date('2091-01-01') }
    const { report, host } = await sendTls(authority.issue({ names: [name], ...early }))
    expect(report.error).toEqual({
      code: 'tls_expired',
      message: `The certificate of ${host} is not valid before 1 January 2090.`,
    })
  })

  it('fails on a certificate for another name', async () => {
    const { report, server, host } = await sendTls(
      authority.issue({ names: ['other.example', 'third.example'] }),
    )
    expect(report.error).toEqual({
      code: 'tls_name_mismatch',
      message: `The certificate is for other.example, third.example, not ${host}.`,
    })
    expect(server.received).toBe('')
  })

  it('fails on a certificate that is signed by itself', async () => {
    const { report, host } = await sendTls(createSelfSigned({ names: [name] }))
    expect(report.error).toEqual({
      code: 'tls_untrusted',
      message: `The certificate of ${host} is signed by itself.`,
    })
  })

  it('fails on a certificate of an unknown authority', async () => {
    const { report } = await sendTls(createAuthority('Somebody else').issue({ names: [name] }))
    expect(report.error?.code).toBe('tls_untrusted')
  })

  it('fails where nobody speaks TLS', async () => {
    const { report, host } = await sendTls(undefined, {
      behaviour: { onConnection: (socket) => socket.write(http('400 Bad Request')) },
    })
    expect(report.error).toEqual({ code: 'tls_failed', message: `${host} does not speak TLS on this port.` })
  })

  it('fails when the handshake is broken off', async () => {
    const { report } = await sendTls(undefined, {
      behaviour: { onConnection: (socket) => socket.once('data', () => socket.destroy()) },
    })
    expect(report.error).toEqual({ code: 'tls_failed', message: 'Your server broke off the TLS handshake.' })
  })

  it('fails when the handshake hangs', async () => {
    const { report } = await sendTls(undefined, { behaviour: {}, deadlineMs: 100 })
    expect(report.error).toEqual({
      code: 'timeout',
      message:
        'No secure connection within 0.1 s. Your server accepted the connection, then did not finish the TLS handshake.',
    })
  })

  it('does not try another address after a refused certificate', async () => {
    const names = await resolving(() => ['127.0.0.1', '127.0.0.2'])
    const server = await serve(answer200, createSelfSigned({ names: [name] }))
    const send = sender({ names, allowCidr: ['127.0.0.0/8'] })
    expect((await send(`https://${name}:${server.port}/`)).error?.code).toBe('tls_untrusted')
  })
})

describe('the connector in undici itself', () => {
  it('refuses and allows by the same rules', async () => {
    const server = await serve(answer200)
    const { connector } = createGuard({
      allowHttp: true,
      allowCidr: ['127.0.0.1'],
      resolver: createResolver(),
      clock: systemClock,
    })
    const agent = opening(new Agent({ connect: connector }))
    const good = await undiciRequest(`http://127.0.0.1:${server.port}/`, { dispatcher: agent })
    expect(good.statusCode).toBe(200)
    await good.body.dump()
    await expect(undiciRequest('http://127.0.0.2/', { dispatcher: agent })).rejects.toMatchObject({
      code: 'address_denied',
    })
  })
})

it('createGuard names a range that it cannot read', () => {
  const options = { allowHttp: false, resolver: createResolver(), clock: systemClock }
  expect(() => createGuard({ ...options, allowCidr: ['10.0.0.0/8', '10.0.0/8'] })).toThrow('"10.0.0/8"')
})
