import type { Socket } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Clock } from '../core/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import type { Open } from '../guard/connect.ts'
import { errorCode } from '../guard/error-code.ts'
import { afterPoll } from './after-poll.ts'
import { ResponseRefusedError, type ExchangeStage } from './failures.ts'

/** One connection to one origin, lent to one exchange at a time. */
export interface Connection {
  /** What the current exchange has come to. */
  readonly progress: Readonly<ConnectionProgress>
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void
  /** The answer is complete: keep the connection for the next exchange. */
  release(): void
  /** End it now, whatever it is doing. Safe to call twice. */
  discard(reason?: Error): void
}

export interface ConnectionProgress {
  stage: ExchangeStage
  address: string | null
  /** How long the connection took to be made, if this exchange made it. */
  connectMs: number | null
  /** An earlier exchange ended well on it. */
  reused: boolean
}

export interface ConnectionOptions {
  /** Scheme, host and port. */
  origin: string
  clock: Clock
  open: Open
  bounds: AnswerBounds
  /** Of who keeps connections for a next exchange. */
  keeper?: Keeper
}

export interface AnswerBounds {
  /** Of one header; interim answers have each their own. */
  headerBytesMax: number
  /**
   * Bytes that one answer may put on the wire. Headers and body have limits of their own, but interim answers, chunk
   * extensions and trailers are in neither count.
   */
  answerBytesMax: number
}

export interface Keeper {
  /** It was released and can be lent again. */
  onIdle(connection: Connection): void
  /** It has ended, by whichever side. */
  onEnd(connection: Connection): void
  /** The other side ended it right behind an answer, without having said that it would. */
  onHastyClose(): void
}

/**
 * Most servers close an idle connection after 5 s or more; leaving first keeps our requests off connections that the
 * other side is just closing. A server that announces its own time (Keep-Alive: timeout=…) is believed, up to a minute.
 */
const IDLE_MS = 4 * SECOND_MS
const IDLE_MS_MAX = MINUTE_MS
/** No server that means to keep connections closes one this soon after an answer. */
const HASTY_MS_MAX = SECOND_MS
/** A connection in constant use is ended at this age, so that a changed DNS record takes effect. */
const CONNECTION_AGE_MS_MAX = 5 * MINUTE_MS

const CLIENT_OPTIONS = {
  pipelining: 1,
  allowH2: false,
  // One deadline covers the whole exchange; undici's own would fire on parts of it.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: IDLE_MS,
  keepAliveMaxTimeout: IDLE_MS_MAX,
} as const satisfies Client.Options

export function createConnection({ origin, clock, open, bounds, keeper }: ConnectionOptions): Connection {
  const progress: ConnectionProgress = { stage: 'waiting', address: null, connectMs: null, reused: false }
  let giveUp = (): void => undefined
  let socket: Socket | null = null
  let openedAt = clock.monotonic()
  let releasedAt = 0
  let bytesBefore = 0
  let lent = true
  let ended = false

  const client = new Client(origin, {
    ...CLIENT_OPTIONS,
    maxHeaderSize: bounds.headerBytesMax,
    connect: (target, callback) => {
      const startedAt = clock.monotonic()
      giveUp = open(target, onStage, (error, opened) => {
        if (error !== null) {
          callback(error, null)
          return
        }
        onOpen(opened, startedAt)
        callback(null, opened)
      })
    },
  })
  client.on('disconnect', (_origin, _targets, error) => {
    if (isHasty(error)) keeper?.onHastyClose()
    if (!lent) connection.discard()
  })

  /** Closed by the peer within moments of the last answer, with not a byte of another; UND_ERR_INFO is our own doing. */
  function isHasty(error: Error): boolean {
    if (!progress.reused || errorCode(error) === 'UND_ERR_INFO') return false
    return socket?.bytesRead === bytesBefore && clock.monotonic() - releasedAt < HASTY_MS_MAX
  }

  function onStage(stage: ExchangeStage, address: string | null): void {
    progress.stage = stage
    progress.address = address
    progress.reused = false
  }

  function onOpen(opened: Socket, startedAt: number): void {
    socket = opened
    openedAt = clock.monotonic()
    bytesBefore = 0
    progress.connectMs = openedAt - startedAt
    opened.on('readable', () => {
      if (opened.bytesRead - bytesBefore <= bounds.answerBytesMax) return
      connection.discard(new ResponseRefusedError('sent an answer without end'))
    })
  }

  const connection: Connection = {
    progress,
    dispatch(options, handler) {
      lent = true
      const write = (): void => {
        if (!ended) client.dispatch(options, handler)
      }
      // undici lets the loop turn once before it writes to an idle connection, so as to see that it was closed. Asked from
      // within a socket's callback that turn ends before the sockets are looked at again; from the check phase it does not.
      if (progress.reused) afterPoll(write)
      else write()
    },
    release() {
      if (ended) return
      if (clock.monotonic() - openedAt > CONNECTION_AGE_MS_MAX) {
        connection.discard()
        return
      }
      progress.stage = 'waiting'
      progress.connectMs = null
      progress.reused = true
      bytesBefore = socket?.bytesRead ?? 0
      releasedAt = clock.monotonic()
      lent = false
      keeper?.onIdle(connection)
    },
    discard(reason) {
      if (ended) return
      ended = true
      giveUp()
      client.destroy(reason ?? null, () => undefined)
      keeper?.onEnd(connection)
    },
  }
  return connection
}
