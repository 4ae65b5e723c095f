import type { Socket } from 'node:net'
import type { Deadline } from '../../core/timer-wheel.ts'
import { ConnectionClosedError } from '../../net/failures.ts'
import { createAnswerReader, type AnswerReader } from './answer-reader.ts'

/** One socket to one origin, made for one organization. It carries one request at a time. */
export interface Connection {
  readonly organizationId: number
  /** Scheme, host and port. The server name of TLS follows from it. */
  readonly origin: string
  /** By the monotonic clock. */
  readonly openedAt: number
  /** What has come of the current answer. */
  readonly reader: AnswerReader
  /** How many requests were written to it. */
  readonly requests: number
  readonly isEnded: boolean
  /** Another request may follow: the answer was whole, nothing is wrong with it, and both sides keep the connection. */
  readonly isReusable: boolean
  /** What whoever keeps idle connections notes of this one; null before it was kept. */
  place: IdlePlace | null
  /** Writes a request. `use` hears what becomes of it, until it has ended or `free` or `close` is called. */
  send(bytes: readonly Buffer[], use: ConnectionUse): void
  /** Nobody uses it now. Whatever comes next ends it, and `onIdleEnd` is called. */
  free(onIdleEnd: (how: IdleEnd) => void): void
  /** Ends it now, whatever it is doing, without a word to whoever uses it. Safe to call twice. */
  close(): void
}

export interface IdlePlace {
  keptAt: number
  readonly deadline: Deadline
}

export interface ConnectionUse {
  /** The final status is there, and the rest of the answer is not. */
  onStatus(): void
  /** The answer is over: see the reader's state. */
  onOver(): void
  /** The connection ended before a status. */
  onLost(error: Error): void
}

/** `closed` by the other side, or because it sent something that nobody asked for. */
export type IdleEnd = 'closed' | 'unasked bytes'

export interface ConnectionOptions {
  organizationId: number
  origin: string
  openedAt: number
}

export function createConnection(
  socket: Socket,
  { organizationId, origin, openedAt }: ConnectionOptions,
): Connection {
  const reader = createAnswerReader()
  let use: ConnectionUse | null = null
  let onIdleEnd: ((how: IdleEnd) => void) | null = null
  let statusTold = false
  let requests = 0
  let ended = false

  /** Takes what came. Bytes behind the end of an answer, or with no request under way, are nobody's answer. */
  function onData(chunk: Buffer): void {
    if (ended) return
    if (use === null) {
      endIdle('unasked bytes')
      return
    }
    reader.read(chunk)
    if (isOver(reader.state)) over()
    else if (reader.status !== null && !statusTold) {
      statusTold = true
      use.onStatus()
    }
  }

  function over(): void {
    const ending = use
    use = null
    ending?.onOver()
  }

  /** The connection is gone: ended in order without an error, or broken. */
  function onGone(error: Error | null): void {
    if (ended) return
    if (use === null) {
      endIdle('closed')
      return
    }
    ended = true
    socket.destroy()
    if (reader.status !== null) {
      reader.end(error === null ? 'closed' : 'lost')
      over()
      return
    }
    const losing = use
    use = null
    losing.onLost(error ?? new ConnectionClosedError())
  }

  function endIdle(how: IdleEnd): void {
    const tell = onIdleEnd
    connection.close()
    tell?.(how)
  }

  const connection: Connection = {
    organizationId,
    origin,
    openedAt,
    reader,
    place: null,
    get requests() {
      return requests
    },
    get isEnded() {
      return ended
    },
    get isReusable() {
      if (ended || reader.state !== 'whole' || reader.fault !== null || reader.overrun) return false
      // An answer may come before the whole request was written; what is left of it would run into the next one.
      return reader.framing?.keeps === true && socket.writableLength === 0
    },
    send(bytes, user) {
      use = user
      onIdleEnd = null
      requests += 1
      statusTold = false
      reader.begin()
      const [first, second] = bytes
      if (first === undefined) return
      if (second === undefined) {
        socket.write(first)
        return
      }
      socket.cork()
      socket.write(first)
      socket.write(second)
      socket.uncork()
    },
    free(tell) {
      use = null
      onIdleEnd = tell
    },
    close() {
      ended = true
      use = null
      onIdleEnd = null
      socket.destroy()
    },
  }

  socket.setNoDelay(true)
  socket.on('data', onData)
  socket.on('end', () => onGone(null))
  socket.on('error', onGone)
  socket.on('close', () => onGone(null))
  return connection
}

function isOver(state: AnswerReader['state']): boolean {
  return state !== 'status line' && state !== 'header' && state !== 'body'
}
