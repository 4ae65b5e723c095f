import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createAuthority } from '../../../test/support/certificate.ts'
import { startNameServer } from '../../../test/support/name-server.ts'
import { http, startRawServer } from '../../../test/support/raw-server.ts'
import { systemClock } from '../../core/clock.ts'
import { createGuard } from '../../guard/guard.ts'
import { createResolver } from '../../guard/resolver.ts'
import type { OutboundReport } from '../transport.ts'
import { createHttp1Transport } from './http1-transport.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close()
})

/** A receiver over TLS that closes each connection, and who sends to it. */
async function world() {
  const authority = createAuthority()
  const resumed: boolean[] = []
  const names: (string | false | null)[] = []
  const protocols: (string | false | null)[] = []
  const server = await startRawServer(
    {
      onConnection(socket) {
        // What the types leave out: the name that the client asked for.
        const secure = socket as unknown as TLSSocket & { servername: string | false }
        resumed.push(secure.isSessionReused())
        names.push(secure.servername)
        protocols.push(secure.alpnProtocol)
      },
      onRequest: (socket) => socket.end(http('200 OK', { connection: 'close' })),
    },
    { ...authority.issue({ names: ['hooks.example.com'] }), ...{ ALPNProtocols: ['h2', 'http/1.1'] } },
  )
  const nameServer = await startNameServer(() => ['127.0.0.1'])
  const guard = createGuard({
    allowHttp: true,
    allowCidr: ['127.0.0.1'],
    resolver: createResolver({ servers: [nameServer.address] }),
    clock: systemClock,
    ca: authority.cert,
  })
  const transport = createHttp1Transport({ guard, clock: systemClock })
  opened.push(server, nameServer, transport)
  return {
    resumed,
    names,
    protocols,
    send: (organizationId: number): Promise<OutboundReport> =>
      transport.send({
        organizationId,
        url: `https://hooks.example.com:${server.port}/`,
        headers: {},
        body: Buffer.from('{}'),
        startedAt: 0,
      }),
  }
}

describe('over TLS', () => {
  it('names the host, and offers HTTP/1.1 alone', async () => {
    const { send, names, protocols } = await world()
    expect((await send(1)).error).toBeNull()
    expect(names).toEqual(['hooks.example.com'])
    expect(protocols).toEqual(['http/1.1'])
  })

  it('resumes a session of the same organization, and of no other', async () => {
    const { send, resumed } = await world()
    for (const organizationId of [1, 1, 2, 2, 1]) {
      expect((await send(organizationId)).outcome).toBe('delivered')
    }
    expect(resumed).toEqual([false, true, false, true, true])
  })
})
