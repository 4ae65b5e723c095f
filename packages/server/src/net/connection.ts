import { Client, type Dispatcher } from 'undici'
import type { Clock } from '../core/clock.ts'
import type { Open } from '../guard/connect.ts'
import { ResponseRefusedError, type ExchangeStage } from './failures.ts'

/** One connection to one origin, for one exchange. */
export interface Connection {
  /** How far the exchange has come. */
  readonly progress: Readonly<ConnectionProgress>
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void
  /** End it now, whatever it is doing. Safe to call twice. */
  discard(reason?: Error): void
}

export interface ConnectionProgress {
  stage: ExchangeStage
  address: string | null
  /** How long the connection took to be made; null before it is. */
  connectMs: number | null
}

export interface ConnectionOptions {
  /** Scheme, host and port. */
  origin: string
  clock: Clock
  open: Open
  bounds: AnswerBounds
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

const CLIENT_OPTIONS = {
  pipelining: 1,
  allowH2: false,
  // One deadline covers the whole exchange; undici's own would fire on parts of it.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const satisfies Client.Options

export function createConnection({ origin, clock, open, bounds }: ConnectionOptions): Connection {
  const progress: ConnectionProgress = { stage: 'resolving', address: null, connectMs: null }
  let giveUp = (): void => undefined
  let ended = false

  const client = new Client(origin, {
    ...CLIENT_OPTIONS,
    maxHeaderSize: bounds.headerBytesMax,
    connect: (target, callback) => {
      const startedAt = clock.monotonic()
      giveUp = open(target, onStage, (error, socket) => {
        if (error !== null) {
          callback(error, null)
          return
        }
        progress.connectMs = clock.monotonic() - startedAt
        socket.on('readable', () => {
          if (socket.bytesRead <= bounds.answerBytesMax) return
          connection.discard(new ResponseRefusedError('sent an answer without end'))
        })
        callback(null, socket)
      })
    },
  })

  function onStage(stage: ExchangeStage, address: string | null): void {
    progress.stage = stage
    progress.address = address
  }

  const connection: Connection = {
    progress,
    dispatch: (options, handler) => void client.dispatch(options, handler),
    discard(reason) {
      if (ended) return
      ended = true
      giveUp()
      client.destroy(reason ?? null, () => undefined)
    },
  }
  return connection
}
