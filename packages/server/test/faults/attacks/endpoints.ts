import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where the attacker's webhooks lead: one server, and what it does with a request is told by the path. */
export interface Endpoints {
  /** A number tells one endpoint of a kind from the next. */
  url(kind: EndpointKind, number: number): string
  /** Requests so far. */
  count(kind?: EndpointKind): number
  /** Breaks off every request that is under way or begins before `work` has ended. */
  cutUntil(work: Promise<unknown>): Promise<void>
  close(): Promise<void>
}

/**
 * answers    — 200 at once
 * hangs      — nothing, ever
 * drips-head — the header of a 200, byte by byte, without end
 * drips-body — 200 at once, then its body byte by byte, without end
 * flaps      — 503 three times, then 200, over and over
 */
export type EndpointKind = 'answers' | 'hangs' | 'drips-head' | 'drips-body' | 'flaps'

const DRIP_MS = 100
const CUT_MS = 100
/** As many failures turn a webhook `failing`; then one success turns it back. */
const FLAPS = 3

export async function openEndpoints(): Promise<Endpoints> {
  const counts = new Map<string, number>()
  const flapped = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const kind = path.split('/')[1] ?? ''
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    // A server that is stopped breaks its requests off.
    request.on('error', () => undefined)
    request.on('end', () => react(kind as EndpointKind, path, response)).resume()
  })

  function react(kind: EndpointKind, path: string, response: ServerResponse): void {
    switch (kind) {
      case 'hangs':
        return
      case 'drips-head': {
        drip(response, 'HTTP/1.1 200 OK\r\nx-long: ')
        return
      }
      case 'drips-body': {
        drip(response, 'HTTP/1.1 200 OK\r\n\r\n')
        return
      }
      case 'flaps': {
        const seen = flapped.get(path) ?? 0
        flapped.set(path, seen + 1)
        response.writeHead(seen % (FLAPS + 1) < FLAPS ? 503 : 200).end()
        return
      }
      case 'answers':
        response.writeHead(200).end('ok')
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (kind, number) => `http://127.0.0.1:${port}/${kind}/${number}`,
    count: (kind) =>
      kind === undefined ? [...counts.values()].reduce((sum, one) => sum + one, 0) : (counts.get(kind) ?? 0),
    async cutUntil(work) {
      server.closeAllConnections()
      const timer = setInterval(() => server.closeAllConnections(), CUT_MS)
      try {
        await work
      } finally {
        clearInterval(timer)
      }
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function drip({ socket }: ServerResponse, head: string): void {
  if (socket === null) return
  socket.write(head)
  const timer = setInterval(() => socket.write('x'), DRIP_MS)
  socket.once('close', () => clearInterval(timer))
}
