import type { ReportedError } from '../../core/attempt.ts'
import type { Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { createDeadline, type TimerWheel } from '../../core/timer-wheel.ts'
import type { Open } from '../../guard/connect.ts'
import { classify } from '../../net/classify.ts'
import { DeadlineError, ResponseRefusedError, type ExchangeStage } from '../../net/failures.ts'
import { RECEIVER } from '../receiver.ts'
import { reportOf } from '../report.ts'
import type { OutboundReport, OutboundRequest } from '../transport.ts'
import { createConnection, type Connection, type ConnectionUse } from './connection.ts'
import type { IdleConnections } from './idle-connections.ts'
import { requestBytes } from './request-bytes.ts'
import type { Target } from './target.ts'
import type { TlsSessions } from './tls-sessions.ts'

export interface ExchangeParts {
  clock: Clock
  wheel: TimerWheel
  /** Calls back after a fresh look at all sockets. */
  look: (action: () => void) => void
  open: Open
  idle: IdleConnections
  sessions: TlsSessions
  deadlineMs: number
}

/** Said to the server when TLS begins; nothing else is spoken here. */
const ALPN = ['http/1.1'] as const

/**
 * One request and its answer. `report` is called exactly once. Throws, before anything has begun, a RequestInvalidError.
 *
 *   connecting ──▶ sent ──status──▶ answering ──end of the answer, or answerGraceMs──▶ reported
 *       ▲           │ └─no answer: error or deadline──────────────────────────────────▶ reported
 *       └───────────┘ a kept connection was closed before a byte of an answer came
 *
 * The final status decides the outcome as soon as its line is there. The rest is read for the log, for no longer than
 * `answerGraceMs`: a receiver that holds its answer open has acknowledged all the same, and must not hold a slot.
 *
 * A connection that was kept may be closed by the other side just as a request is written to it. Then there is one second
 * try, on a new connection, within the same attempt: `sends` of the report tells of it, since the receiver may have read
 * both. On a new connection, or once a byte of an answer has come, there is none.
 *
 * The deadline begins with the attempt, so that it holds looking up the name, connecting and TLS. The duration begins when
 * the request was written, and ends with the status: it says how long the receiver took, and a new connection does not look
 * slower than a kept one. Without an answer it ends when we gave up; without a request it is the time spent on connecting.
 */
export function startExchange(
  { clock, wheel, look, open, idle, sessions, deadlineMs }: ExchangeParts,
  target: Target,
  request: OutboundRequest,
  report: (report: OutboundReport) => void,
): void {
  const { organizationId } = request
  const bytes = requestBytes(target.head, request.headers, request.body)
  const startedAt = clock.monotonic()
  let stage: ExchangeStage = 'resolving'
  let address: string | null = null
  let connectMs: number | null = null
  let connection: Connection | null = null
  let isReused = false
  let giveUp = (): void => undefined
  let sends = 0
  let sentAt = startedAt
  let statusAt: number | null = null
  let over = false

  const deadline = createDeadline(() => {
    if (statusAt === null) {
      fail(new DeadlineError())
      return
    }
    connection?.reader.end('given up')
    finish(null)
    connection?.close()
  })
  const use: ConnectionUse = {
    onStatus() {
      statusAt = clock.monotonic()
      wheel.set(deadline, LIMITS.answerGraceMs)
    },
    onOver() {
      const reader = connection?.reader
      if (reader?.status === null) {
        fail(reader.refusal ?? new ResponseRefusedError('sent no answer'))
        return
      }
      statusAt ??= clock.monotonic()
      finish(null)
      if (connection !== null) idle.keep(connection)
    },
    onLost(error) {
      if (connection !== null && isReused && connection.reader.untouched) {
        idle.foundDead(connection)
        connect()
      } else {
        fail(error)
      }
    },
  }

  function connect(): void {
    const begunAt = clock.monotonic()
    connection = null
    isReused = false
    stage = 'resolving'
    giveUp = open(
      targetWithTls(),
      (reached, at) => {
        stage = reached
        address = at
      },
      (...[error, socket]) => {
        if (error !== null) {
          fail(error)
          return
        }
        const openedAt = clock.monotonic()
        connectMs = openedAt - begunAt
        send(createConnection(socket, { organizationId, origin: target.origin, openedAt }))
      },
    )
  }

  function targetWithTls() {
    if (target.place.protocol !== 'https:') return target.place
    const tls = {
      session: sessions.get(organizationId, target.origin),
      onSession: (session: Buffer) => sessions.set(organizationId, target.origin, session),
      alpn: ALPN,
    }
    return { ...target.place, tls }
  }

  function send(lent: Connection): void {
    connection = lent
    stage = 'sent'
    sends += 1
    sentAt = clock.monotonic()
    lent.send(bytes, use)
  }

  function fail(error: Error): void {
    const context = { ...RECEIVER, host: target.host, stage, address, connectMs, deadlineMs }
    finish(classify(error, context))
    giveUp()
    connection?.close()
  }

  function finish(failure: ReportedError | null): void {
    over = true
    wheel.cancel(deadline)
    const endedAt = statusAt ?? clock.monotonic()
    report(
      reportOf({
        startedAt: request.startedAt,
        answer: failure === null ? (connection?.reader ?? null) : null,
        failure,
        sends,
        durationMs: endedAt - sentAt,
        nowMs: clock.now(),
      }),
    )
  }

  function reuse(kept: Connection): void {
    if (over) {
      kept.close()
    } else if (kept.isEnded) {
      connect()
    } else {
      isReused = true
      send(kept)
    }
  }

  wheel.set(deadline, deadlineMs)
  const kept = idle.take(organizationId, target.origin)
  if (kept === null) connect()
  // A server that closes behind its answers, or says more than it was asked, does so from the first one on.
  else if (kept.requests === 1) look(() => reuse(kept))
  else reuse(kept)
}
