// The receivers: one process that takes webhooks on many ports and counts what arrives. It parses by hand and answers a
// constant, so that it is never what is measured.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { serveCalls } from '../lib/remote.ts'
import { sharedMicroseconds } from '../lib/shared-clock.ts'
import { wait } from '../lib/wait.ts'
import { createArrivals, type ArrivalReport, type Expected } from './arrivals.ts'
import { readRequest } from './read-request.ts'

export interface Settling {
  /** Arrivals to wait for, each event at each webhook counted once. */
  unique: number
  /** How long nothing may arrive before it is given up. */
  stallMs: number
}

// A type, since an interface has no index signature to be `Calls`.
export type SinkCalls = {
  /** Opens so many ports; each is an origin of its own to a sender. */
  listen(ports: number): Promise<number[]>
  /** Counts from zero, and from now on what is expected. */
  watch(expected: Expected): void
  /** Waits for the arrivals, or until they stall; late ones get a moment to show that they came twice. */
  settled(settling: Settling): Promise<ArrivalReport>
}

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok')
const LOOK_MS = 5
const REFUSAL = 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'
/** What came twice has come by then. */
const GRACE_MS = 100

const arrivals = createArrivals()

serveCalls({
  async listen(ports) {
    return Promise.all(Array.from({ length: ports }, openPort))
  },
  watch: (expected) => arrivals.watch(expected),
  async settled({ unique, stallMs }) {
    while (arrivals.unique() < unique && arrivals.quietMs() < stallMs) await wait(LOOK_MS)
    await wait(GRACE_MS)
    return arrivals.report()
  },
} satisfies SinkCalls)

async function openPort(): Promise<number> {
  const server = createServer({ noDelay: true }, receive).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

let hasRefused = false

/**
 * Another program of this machine may still know our port as somebody else's. Said once, in case it is the sender under
 * measurement; then what it sent is missing in the count.
 */
function refuse(socket: Socket, error: unknown): void {
  if (!hasRefused) console.error(String(error))
  hasRefused = true
  socket.removeAllListeners('data').end(REFUSAL)
}

function receive(socket: Socket): void {
  let rest: Buffer | null = null

  socket.on('data', (chunk: Buffer) => {
    const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
    const now = sharedMicroseconds()
    let at = 0
    try {
      for (;;) {
        const request = at < bytes.length ? readRequest(bytes, at) : null
        if (request === null) break
        arrivals.add(request, now, bytes, at)
        if (!request.hangs) socket.write(ANSWER)
        at = request.end
      }
    } catch (error) {
      refuse(socket, error)
      return
    }
    rest = at < bytes.length ? bytes.subarray(at) : null
  })
  // A sender may cut a connection whenever it likes; what it lost by that shows in the count.
  socket.on('error', () => undefined)
}
