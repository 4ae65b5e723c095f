import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiClient, type ApiClient } from '../support/api-client.ts'
import { createAuthority, type Identity } from '../support/certificate.ts'
import { startNameServer, type NameServer } from '../support/name-server.ts'
import { http } from '../support/raw-server.ts'
import { makeDataDir, makeKey, startServer, type ServerProcess } from '../support/server-process.ts'

const NAME = 'hooks.example.com'
const authority = createAuthority()
/** Trusted like the other, though its key is short. */
const shortKeyed = createAuthority('Authority of the last century', { rsaBits: 1024 })
const good = authority.issue({ names: [NAME] })

const place = makeDataDir()
const listening: Server[] = []
let names: NameServer
let server: ServerProcess
let api: ApiClient

beforeAll(async () => {
  names = await startNameServer((_name, _lookup, family) => (family === 4 ? ['127.0.0.1'] : []))
  const trusted = join(place.path, 'trusted.pem')
  writeFileSync(trusted, authority.cert + shortKeyed.cert)
  const data = join(place.path, 'data')
  server = await startServer(data, ['--dns-servers', names.address, '--log-level', 'error'], {
    environment: { NODE_EXTRA_CA_CERTS: trusted },
  })
  api = createApiClient(server.url, await makeKey(data))
}, 60_000)

afterAll(async () => {
  await server.end('SIGTERM')
  await names.close()
  for (const one of listening) one.close()
  place.remove()
})

async function listen(receiver: Server): Promise<number> {
  listening.push(receiver)
  receiver.on('tlsClientError', () => undefined)
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  return (receiver.address() as AddressInfo).port
}

/** A receiver that answers 200 to whoever gets through the handshake. */
async function receiver(options: TlsOptions): Promise<number> {
  const serve = (socket: TLSSocket): void => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(http('200 OK')))
  }
  // Low enough for keys and versions that nobody should use any more.
  return listen(createTlsServer({ ciphers: 'DEFAULT@SECLEVEL=0', ...options }, serve))
}

/** A receiver that answers the first message of a handshake with a fatal alert (RFC 8446, section 6). */
async function alerting(description: number): Promise<number> {
  const refusing = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, description])))
  })
  return listen(refusing)
}

interface TestResult {
  delivered: boolean
  error: { code: string; message: string } | null
}

async function testOf(port: number, host = NAME): Promise<TestResult> {
  const url = `https://${host}:${port}/hook`
  const webhook = await api.post<{ id: string }>('/api/v1/webhooks', { url, events: ['run.completed'] })
  return api.post<TestResult>(`/api/v1/webhooks/${webhook.id}/test`, {})
}

interface Case {
  what: string
  code: string
  says: string
  options: () => TlsOptions
}

const short = (): Identity => authority.issue({ names: [NAME], rsaBits: 1024 })
const forgeable = (): Identity => authority.issue({ names: [NAME], digest: 'sha1' })
const strict = { ...good, requestCert: true, rejectUnauthorized: true }

const CASES: Case[] = [
  { what: 'a short key', code: 'tls_weak_key', says: 'The key in the certificate', options: short },
  {
    what: 'an authority with a short key',
    code: 'tls_weak_key',
    says: 'an authority whose key is too short',
    options: () => shortKeyed.issue({ names: [NAME] }),
  },
  {
    what: 'a signature of SHA-1',
    code: 'tls_weak_signature',
    says: 'is signed with SHA-1 or MD5',
    options: forgeable,
  },
  {
    what: 'client certificates, over TLS 1.3',
    code: 'tls_client_certificate',
    says: 'wants a client certificate',
    options: () => strict,
  },
  {
    what: 'client certificates, over TLS 1.2',
    code: 'tls_client_certificate',
    says: 'wants a client certificate',
    options: () => ({ ...strict, maxVersion: 'TLSv1.2' }),
  },
  {
    what: 'HTTP/2 only',
    code: 'http1_not_offered',
    says: 'does not offer HTTP/1.1',
    options: () => ({ ...good, ALPNProtocols: ['h2'] }),
  },
  {
    what: 'TLS 1.1 only',
    code: 'tls_version',
    says: 'speaks neither TLS 1.2 nor TLS 1.3',
    options: () => ({ ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }),
  },
  {
    what: 'no common cipher',
    code: 'tls_failed',
    says: 'such as a common cipher',
    options: () => ({ ...good, maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256@SECLEVEL=0' }),
  },
]

describe('a receiver with', () => {
  it.each(CASES)('$what is told $code', async ({ options, code, says }) => {
    const { delivered, error } = await testOf(await receiver(options()))
    expect({ delivered, code: error?.code }).toEqual({ delivered: false, code })
    expect(error?.message).toContain(says)
    expect(error?.message).toContain(NAME)
  })

  it('its address as a DNS name is told tls_ip_as_name', async () => {
    const port = await receiver(authority.issue({ names: ['127.0.0.1'], addressesAsNames: true }))
    expect((await testOf(port, '127.0.0.1')).error).toEqual({
      code: 'tls_ip_as_name',
      message:
        'The certificate has 127.0.0.1 as a DNS name. An address only counts as an IP address among the alternative names.',
    })
  })

  it.each([
    [42, 'tls_client_certificate'],
    [46, 'tls_client_certificate'],
    [40, 'tls_failed'],
    [70, 'tls_version'],
    [112, 'tls_name_mismatch'],
    [120, 'http1_not_offered'],
    [80, 'tls_failed'],
  ])('the alert %i is told %s', async (alert, code) => {
    expect((await testOf(await alerting(alert))).error?.code).toBe(code)
  })

  it('a good certificate gets the request', async () => {
    expect(await testOf(await receiver(good))).toMatchObject({ delivered: true, error: null })
  })
})
