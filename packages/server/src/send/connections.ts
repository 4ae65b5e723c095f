import type { Clock } from '../core/clock.ts'
import { MINUTE_MS } from '../core/time.ts'
import type { Open } from '../guard/connect.ts'
import { createConnection, type Connection } from '../net/connection.ts'
import { RECEIVER } from './receiver.ts'

/** Keeps connections alive between exchanges, within limits. */
export interface Connections {
  /**
   * Lends a connection to `origin`, at once or when one comes free, first come first served. Returns a function that
   * gives up waiting.
   */
  acquire(origin: string, lend: (connection: Connection) => void): () => void
  /** Ends the idle connections to `origin`: one of them was found dead, so its siblings may be too. */
  dropIdle(origin: string): void
  /** Ends idle connections now and busy ones as they come back. Safe to call twice. */
  close(): void
}

export interface ConnectionsOptions {
  clock: Clock
  open: Open
  connectionsPerOriginMax: number
  /** Idle connections kept over all origins; the one idle longest is closed first. */
  idleConnectionsMax: number
}

/**
 * Some servers close each connection behind its answer without announcing it. The next request, already on its way, would
 * be lost with it and count as a failed attempt; so for a while their connections are not used again.
 */
const DISTRUST_MS = MINUTE_MS
const DISTRUSTED_MAX = 1_000

interface Origin {
  readonly url: string
  /** Connections lent or idle. */
  count: number
  /** The one used last stands last and is lent first, so that the others can grow old and close. */
  readonly idle: Connection[]
  /** No longer than the number of attempts that the dispatcher has in flight. */
  readonly waiting: ((connection: Connection) => void)[]
}

/**
 * A pool of undici Clients, one for each connection. undici's own Pool shares requests out among its Clients without
 * telling which one got what; here an exchange must know its connection: to say in a timeout how far it came, to end a
 * connection that is still being made, and to count the bytes on its wire.
 */
export function createConnections({
  clock,
  open,
  connectionsPerOriginMax,
  idleConnectionsMax,
}: ConnectionsOptions): Connections {
  const origins = new Map<string, Origin>()
  /** All idle ones, the one idle longest first. */
  const idle = new Map<Connection, Origin>()
  /** Until when connections to an origin are used once only. */
  const distrusted = new Map<string, number>()
  let closed = false

  function acquire(url: string, lend: (connection: Connection) => void): () => void {
    const origin = originOf(url)
    const connection = origin.idle.pop()
    if (connection !== undefined) {
      idle.delete(connection)
      lend(connection)
    } else if (origin.count < connectionsPerOriginMax) {
      lend(connect(origin))
    } else {
      origin.waiting.push(lend)
      return () => {
        const place = origin.waiting.indexOf(lend)
        if (place !== -1) origin.waiting.splice(place, 1)
      }
    }
    return () => undefined
  }

  function originOf(url: string): Origin {
    const known = origins.get(url)
    if (known !== undefined) return known
    const origin: Origin = { url, count: 0, idle: [], waiting: [] }
    origins.set(url, origin)
    return origin
  }

  function connect(origin: Origin): Connection {
    origin.count += 1
    return createConnection({
      origin: origin.url,
      clock,
      open,
      bounds: RECEIVER,
      keeper: {
        onIdle: (connection) => giveBack(connection, origin),
        onEnd: (connection) => forget(connection, origin),
        onHastyClose: () => distrust(origin.url),
      },
    })
  }

  function giveBack(connection: Connection, origin: Origin): void {
    if (closed || isDistrusted(origin.url)) {
      connection.discard()
      return
    }
    const next = origin.waiting.shift()
    if (next !== undefined) {
      next(connection)
    } else {
      origin.idle.push(connection)
      idle.set(connection, origin)
      if (idle.size > idleConnectionsMax) idle.keys().next().value?.discard()
    }
  }

  /** A connection has ended; its place is free. */
  function forget(connection: Connection, origin: Origin): void {
    if (idle.delete(connection)) origin.idle.splice(origin.idle.indexOf(connection), 1)
    origin.count -= 1
    const next = origin.waiting.shift()
    if (next !== undefined) next(connect(origin))
    else if (origin.count === 0) origins.delete(origin.url)
  }

  function distrust(url: string): void {
    distrusted.delete(url)
    distrusted.set(url, clock.monotonic() + DISTRUST_MS)
    const oldest = distrusted.keys().next()
    if (distrusted.size > DISTRUSTED_MAX && !oldest.done) distrusted.delete(oldest.value)
  }

  function isDistrusted(url: string): boolean {
    return distrusted.size > 0 && (distrusted.get(url) ?? 0) > clock.monotonic()
  }

  return {
    acquire,
    dropIdle: (url) => {
      for (const connection of [...(origins.get(url)?.idle ?? [])]) connection.discard()
    },
    close() {
      closed = true
      for (const connection of [...idle.keys()]) connection.discard()
    },
  }
}
