import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createSelfSigned } from '../support/certificate.ts'
import { startNameServer, type NameAnswer } from '../support/name-server.ts'
import type { Reaction } from './receivers.ts'

/** A receiver that breaks the rules, and what is to be recorded of its attempts. */
export interface Animal {
  name: string
  /** Codes of docs/errors.md; `delivered` for none. All of them occur, and no other. */
  recorded: readonly string[]
  /** What it does with a request that reaches it. */
  reaction?: Reaction
  /** Where its webhook leads; to a receiver of its own when left out. `HOST` stands in for that one's host. */
  url?: (ownUrl: string) => string
}

export interface Zoo {
  animals: readonly Animal[]
  /** For `--dns-servers`. */
  nameServer: string
  close(): Promise<void>
}

const DRIP_MS = 50
const BOMB = gzipSync(Buffer.alloc(10 * 1024 * 1024))
const FLOOD = Buffer.alloc(16 * 1024, 'x')

export async function openZoo(): Promise<Zoo> {
  const names = await startNameServer(nameAnswer)
  const closed = await closedPort()
  const tls = createTlsServer(createSelfSigned({ names: ['127.0.0.1'] }))
  tls.on('tlsClientError', () => undefined)
  const tlsPort = await listen(tls)
  const to = (host: string) => (ownUrl: string) => ownUrl.replace('127.0.0.1', host)
  return {
    animals: [
      ...ANIMALS,
      { name: 'nothing listens', recorded: ['connection_refused'], url: () => `http://127.0.0.1:${closed}/` },
      { name: 'self-signed', recorded: ['tls_untrusted'], url: () => `https://127.0.0.1:${tlsPort}/` },
      { name: 'no TLS', recorded: ['tls_failed'], url: (own) => own.replace('http:', 'https:') },
      { name: 'no such name', recorded: ['dns_not_found'], url: to('absent.faults.example') },
      { name: 'name server fails', recorded: ['dns_failed'], url: to('failing.faults.example') },
      { name: 'name server is silent', recorded: ['dns_failed'], url: to('silent.faults.example') },
      {
        name: 'name that turns private',
        recorded: ['delivered', 'address_denied'],
        url: to('turning.faults.example'),
        // A kept connection would need no second look at the name.
        reaction: { status: 200, act: (response) => response.setHeader('connection', 'close').end() },
      },
    ],
    nameServer: names.address,
    async close() {
      tls.close()
      await names.close()
    },
  }
}

const ANIMALS: readonly Animal[] = [
  { name: 'hangs', recorded: ['timeout'], reaction: 'hold' },
  { name: 'resets', recorded: ['connection_reset'], reaction: 'reset' },
  raw('half-closes', ['connection_closed'], (socket) => socket.end()),
  raw('sends garbage', ['malformed_response'], (socket) => socket.end('\x16\x03\x01 no HTTP at all\r\n\r\n')),
  raw('drips empty lines', ['timeout'], (socket) => drip(socket, '\r\n', '\n')),
  raw('interim header without end', ['response_header_too_large'], (socket) =>
    flood(socket, 'HTTP/1.1 103 Early Hints\r\nx-long: '),
  ),
  {
    name: 'status that is none',
    recorded: ['http_unexpected_status'],
    reaction: { status: 799, act: (_response, socket) => socket.end('HTTP/1.1 799 Odd\r\n\r\n') },
  },
  acknowledging('body without end', (socket) => flood(socket, 'HTTP/1.1 200 OK\r\n\r\n')),
  acknowledging('drips its body', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n\r\n')),
  acknowledging('drips its header', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-long: ')),
  acknowledging('holds its answer open', (socket) => socket.write('HTTP/1.1 200 OK\r\n')),
  acknowledging('asks to continue', (socket) =>
    socket.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
  ),
  acknowledging(
    'header without end',
    (socket) => flood(socket, 'HTTP/1.1 200 OK\r\nx-long: '),
    'response_malformed',
  ),
  acknowledging(
    'folds its header',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nx-a: one\r\n two\r\ncontent-length: 0\r\n\r\n'),
    'response_malformed',
  ),
  acknowledging(
    'body that breaks off',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf'),
    'response_malformed',
  ),
  {
    name: 'compressed bomb',
    recorded: ['delivered'],
    reaction: { status: 200, act: (response) => response.setHeader('content-encoding', 'gzip').end(BOMB) },
  },
  answering('redirects', 302, 'redirect_not_followed', { location: 'http://169.254.169.254/' }),
  answering('is gone', 410, 'gone'),
  answering('knows nothing', 404, 'http_client_error'),
  answering('fails', 500, 'http_server_error'),
  answering('is overrun', 429, 'rate_limited', { 'retry-after': '1' }),
]

function raw(name: string, recorded: readonly string[], act: (socket: Socket) => void): Animal {
  return { name, recorded, reaction: { status: null, act: (_response, socket) => act(socket) } }
}

/** Its status says that it has the event, whatever comes after. */
function acknowledging(name: string, act: (socket: Socket) => void, recorded = 'delivered'): Animal {
  return { name, recorded: [recorded], reaction: { status: 200, act: (_response, socket) => act(socket) } }
}

function answering(name: string, status: number, code: string, headers: Record<string, string> = {}): Animal {
  return {
    name,
    recorded: [code],
    reaction: { status, act: (response) => response.writeHead(status, headers).end() },
  }
}

function drip(socket: Socket, head: string, drop = 'x'): void {
  socket.write(head)
  const timer = setInterval(() => socket.write(drop), DRIP_MS)
  socket.once('close', () => clearInterval(timer))
}

function flood(socket: Socket, head: string): void {
  socket.write(head)
  const pour = (): void => {
    while (!socket.destroyed && socket.write(FLOOD));
  }
  socket.on('drain', pour)
  pour()
}

function nameAnswer(name: string, lookup: number, family: 4 | 6): NameAnswer {
  if (name.startsWith('failing')) return 'SERVFAIL'
  if (name.startsWith('silent')) return 'silence'
  if (!name.startsWith('turning')) return 'NXDOMAIN'
  if (family === 6) return []
  return [lookup % 2 === 0 ? '127.0.0.1' : '169.254.169.254']
}

/** A port of this machine where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
