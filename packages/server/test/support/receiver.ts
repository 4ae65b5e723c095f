import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it arrived. */
export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A real HTTP server on loopback that remembers what it was sent. */
export interface Receiver {
  url: string
  received: Received[]
  /** Resolves when `wanted` holds; asked anew after each arrival. Rejects after `timeoutMs`. */
  until(wanted: (received: Received[]) => boolean, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

/** A status, or one with headers and maybe a body of its own. */
export type Reply = number | { status: number; headers: Record<string, string>; body?: string }

/** What it answers to a request; the default is 200 at once. */
export type AnswerWith = (request: Received, count: number) => Reply | Promise<Reply>

export async function startReceiver(answer: AnswerWith = () => 200, port = 0): Promise<Receiver> {
  const received: Received[] = []
  let waiters: (() => void)[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const item = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
      received.push(item)
      void Promise.resolve(answer(item, received.length)).then((reply) => {
        const {
          status,
          headers,
          body = `answer ${status}`,
        } = typeof reply === 'number' ? { status: reply, headers: {}, body: undefined } : reply
        response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(body)
      })
      for (const wake of [...waiters]) wake()
    })
  })
  await listen(server, port)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    until: (wanted, timeoutMs = 90_000) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`not within ${timeoutMs} ms; ${received.length} arrived`)),
          timeoutMs,
        )
        const check = (): void => {
          if (!wanted(received)) return
          clearTimeout(timer)
          waiters = waiters.filter((waiter) => waiter !== check)
          resolve()
        }
        waiters.push(check)
        check()
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
