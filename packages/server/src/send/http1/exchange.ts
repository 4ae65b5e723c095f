import type { ReportedError } from '../../core/attempt.ts'
import type { Clock } from '../../core/clock.ts'
import { LIMITS } from '../../core/limits.ts'
import { NOT_SET, type Deadline, type TimerWheel } from '../../core/timer-wheel.ts'
import type { Open, OpenTarget } from '../../guard/connect.ts'
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
  parts: ExchangeParts,
  target: Target,
  request: OutboundRequest,
  report: (report: OutboundReport) => void,
): void {
  const bytes = requestBytes(target.head, request.headers, request.body)
  new Exchange(parts, target, request, bytes, report).start()
}

/** A class, because there is one for each request: its methods are made once. It is its own deadline. */
class Exchange implements ConnectionUse, Deadline {
  dueAt = 0
  slot = NOT_SET
  index = 0
  isPutOff = false
  private readonly parts: ExchangeParts
  private readonly target: Target
  private readonly request: OutboundRequest
  private readonly bytes: readonly Buffer[]
  private readonly report: (report: OutboundReport) => void
  private stage: ExchangeStage = 'resolving'
  private address: string | null = null
  private connectMs: number | null = null
  private connection: Connection | null = null
  private isReused = false
  /** Why the first connection was lost, once a second is tried. */
  private lost: Error | null = null
  private giveUp: (() => void) | null = null
  private sends = 0
  private readonly begunAt: number
  private sentAt: number
  private statusAt: number | null = null
  private over = false

  constructor(
    parts: ExchangeParts,
    target: Target,
    request: OutboundRequest,
    bytes: readonly Buffer[],
    report: (report: OutboundReport) => void,
  ) {
    this.parts = parts
    this.target = target
    this.request = request
    this.bytes = bytes
    this.report = report
    this.begunAt = parts.clock.monotonic()
    this.sentAt = this.begunAt
  }

  start(): void {
    const { wheel, idle, look, deadlineMs } = this.parts
    wheel.set(this, deadlineMs)
    const kept = idle.take(this.request.organizationId, this.target.origin)
    if (kept === null) this.connect()
    // A server that closes behind its answers, or says more than it was asked, does so from the first one on.
    else if (kept.requests === 1) look(() => this.reuse(kept))
    else this.reuse(kept)
  }

  onDue(): void {
    if (this.statusAt === null) {
      this.fail(new DeadlineError())
      return
    }
    this.connection?.reader.end('given up')
    this.finish(null)
    this.connection?.close()
  }

  onStatus(): void {
    this.statusAt = this.parts.clock.monotonic()
    this.parts.wheel.set(this, LIMITS.answerGraceMs)
  }

  onOver(): void {
    const reader = this.connection?.reader
    if (reader?.status === null) {
      this.fail(reader.refusal ?? new ResponseRefusedError('sent no answer'))
      return
    }
    this.statusAt ??= this.parts.clock.monotonic()
    this.finish(null)
    if (this.connection !== null) this.parts.idle.keep(this.connection)
  }

  onLost(error: Error): void {
    if (this.connection !== null && this.isReused && this.connection.reader.untouched) {
      this.parts.idle.foundDead(this.connection)
      this.lost = error
      this.connect()
    } else {
      this.fail(error)
    }
  }

  private reuse(kept: Connection): void {
    if (this.over) {
      kept.close()
    } else if (kept.isEnded) {
      this.connect()
    } else {
      this.isReused = true
      this.send(kept)
    }
  }

  private connect(): void {
    const { clock, open } = this.parts
    const begunAt = clock.monotonic()
    this.connection = null
    this.isReused = false
    this.stage = 'resolving'
    this.giveUp = open(
      this.openTarget(),
      (stage, address) => {
        this.stage = stage
        this.address = address
      },
      (...[error, socket]) => {
        if (error !== null) {
          this.fail(error)
          return
        }
        const openedAt = clock.monotonic()
        this.connectMs = openedAt - begunAt
        const { organizationId } = this.request
        this.send(createConnection(socket, { organizationId, origin: this.target.origin, openedAt }))
      },
    )
  }

  private openTarget(): OpenTarget {
    const { place, origin } = this.target
    if (place.protocol !== 'https:') return place
    const { sessions } = this.parts
    const { organizationId } = this.request
    const tls = {
      session: sessions.get(organizationId, origin),
      onSession: (session: Buffer) => sessions.set(organizationId, origin, session),
      alpn: ALPN,
    }
    return { ...place, tls }
  }

  private send(connection: Connection): void {
    this.connection = connection
    this.stage = 'sent'
    this.sends += 1
    this.sentAt = this.parts.clock.monotonic()
    connection.send(this.bytes, this)
  }

  private fail(error: Error): void {
    const { address, connectMs, lost } = this
    const { deadlineMs } = this.parts
    // When there is no second connection, the first tells what came of the attempt: its request may have been read, so that
    // nothing of ours may be said to have kept it here.
    const isUnwritten = lost !== null && this.stage !== 'sent'
    const stage = isUnwritten ? 'sent' : this.stage
    const context = { ...RECEIVER, host: this.target.host, stage, address, connectMs, deadlineMs }
    this.finish(classify(isUnwritten ? lost : error, context))
    this.giveUp?.()
    this.connection?.close()
  }

  private finish(failure: ReportedError | null): void {
    const { clock, wheel } = this.parts
    this.over = true
    wheel.cancel(this)
    const endedAt = this.statusAt ?? clock.monotonic()
    this.report(
      reportOf({
        startedAt: this.request.startedAt,
        answer: failure === null ? (this.connection?.reader ?? null) : null,
        failure,
        sends: this.sends,
        durationMs: endedAt - this.sentAt,
        elapsedMs: endedAt - this.begunAt,
        nowMs: clock.now(),
      }),
    )
  }
}
