import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Identity } from './certificate.ts'

/** A receiver that answers with bytes, so that it can break every rule of HTTP. */
export interface RawServer {
  port: number
  /** Connections made to it so far. */
  connections: number
  /** Everything it was sent, in order of arrival. */
  received: string
  close(): Promise<void>
}

export interface RawBehaviour {
  onConnection?: (socket: Socket) => void
  /** When the head of the `index`th request is there; requests are taken to come in one piece. */
  onRequest?: (socket: Socket, index: number, path: string) => void
}

/** Listens on 127.0.0.1 unless told otherwise, over TLS when given an identity. */
export async function startRawServer(
  behaviour: RawBehaviour,
  identity?: Identity & TlsOptions,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<RawServer> {
  const sockets = new Set<Socket>()
  const raw: RawServer = { port: 0, connections: 0, received: '', close: () => closeServer(server, sockets) }
  let requests = 0

  const serve = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A client that hangs up on purpose is no news here.
    socket.on('error', () => undefined)
    behaviour.onConnection?.(socket)
    raw.connections += 1
    socket.on('data', (chunk: Buffer) => {
      raw.received += chunk.toString('latin1')
      if (!chunk.includes('\r\n\r\n')) return
      const index = requests++
      const [, path = ''] = chunk.toString('latin1', 0, chunk.indexOf('\r\n')).split(' ')
      behaviour.onRequest?.(socket, index, path)
    })
  }
  const server = identity === undefined ? createServer(serve) : createTlsServer(identity, serve)
  server.on('tlsClientError', () => undefined)
  server.listen(port, host)
  await once(server, 'listening')
  raw.port = (server.address() as AddressInfo).port
  return raw
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
}

/** A whole HTTP/1.1 answer. */
export function http(status: string, headers: Record<string, string> = {}, body = ''): string {
  const all = { 'content-length': String(Buffer.byteLength(body)), ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`
}

/** Keeps a socket full until it is closed: a write is only followed by another when the last was taken. */
export function flood(socket: Socket, chunk: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}
