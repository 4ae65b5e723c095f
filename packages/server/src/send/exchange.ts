import type { Dispatcher } from 'undici'
import type { AttemptError } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { errorCode } from '../guard/error-code.ts'
import { classify } from '../net/classify.ts'
import type { Connection } from '../net/connection.ts'
import { DeadlineError, ResponseRefusedError } from '../net/failures.ts'
import { createAnswer } from './answer.ts'
import type { Connections } from './connections.ts'
import { RECEIVER } from './receiver.ts'
import { reportOf } from './report.ts'
import type { OutboundReport, OutboundRequest } from './transport.ts'

export interface ExchangeTarget {
  /** Scheme, host and port. */
  origin: string
  /** For messages. */
  host: string
  /** Path and query. */
  path: string
}

export interface ExchangeParts {
  clock: Clock
  connections: Connections
  deadlineMs: number
}

/** Dead kept-alive connections that one attempt may run into before that is its outcome. */
const STALE_CONNECTIONS_MAX = 3

/** What a connection that died while it was idle reports. */
const LOST_CODES: ReadonlySet<string | undefined> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
])

/**
 * One request and its answer. `report` is called exactly once.
 *
 *   waiting ──lent──▶ connecting or reusing ──written──▶ sent ──final status──▶ answering ──▶ reported
 *      └────────────────────┴─────────error or deadline──────┘        └─end, error, deadline or cap─┘
 *
 * Once a final status has come it decides the outcome. The body is read for the log, and how it ends changes nothing.
 *
 * A connection kept alive may be closed by the receiver just as it is lent again. It is looked at once more before the
 * first byte is written: a close seen then makes undici connect anew, a reset comes here as an error, and since nothing
 * was written the exchange starts again. After the first byte there is no second try within an attempt, kept
 * connection or not: the receiver may have read the request before the connection broke, and from here the two cases
 * look the same. Such an attempt fails, is recorded, and is retried by the schedule.
 */
export function startExchange(
  { clock, connections, deadlineMs }: ExchangeParts,
  target: ExchangeTarget,
  request: OutboundRequest,
  report: (report: OutboundReport) => void,
): void {
  const startedAt = clock.monotonic()
  const answer = createAnswer()
  let connection: Connection | null = null
  let sent = false
  let reported = false
  let interim = 0
  let stale = 0
  let stopWaiting = (): void => undefined

  const options: Dispatcher.DispatchOptions = {
    path: target.path,
    method: 'POST',
    headers: request.headers,
    body: request.body,
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {
      sent = true
    },
    onResponseStart(_controller, status, headers) {
      if (status >= 200) answer.begin(status, headers, elapsedMs())
      else if (++interim > LIMITS.interimAnswersMax) {
        fail(new ResponseRefusedError('sent one interim answer (1xx) after another'))
      }
    },
    onResponseData(_controller, chunk) {
      if (!answer.add(chunk)) cut()
    },
    onResponseEnd() {
      finish(null)
      connection?.release()
    },
    onResponseError(_controller, error) {
      if (isStale(error)) restart()
      else fail(error)
    },
  }

  const deadline = clock.after(deadlineMs, () => fail(new DeadlineError()))
  stopWaiting = connections.acquire(target.origin, begin)

  function begin(lent: Connection): void {
    connection = lent
    lent.dispatch(options, handler)
  }

  function elapsedMs(): number {
    return clock.monotonic() - startedAt
  }

  function isStale(error: Error): boolean {
    const idleDied = !reported && !sent && connection?.progress.reused === true
    return idleDied && LOST_CODES.has(errorCode(error)) && ++stale <= STALE_CONNECTIONS_MAX
  }

  function restart(): void {
    connection?.discard()
    connections.dropIdle(target.origin)
    stopWaiting = connections.acquire(target.origin, begin)
  }

  /** No more of this answer: it is decided already, or never will be. */
  function cut(): void {
    finish(null)
    connection?.discard()
  }

  function fail(error: Error): void {
    finish(answer.status === null ? classify(error, contextOf(connection)) : null)
    stopWaiting()
    connection?.discard()
  }

  function contextOf(lent: Connection | null) {
    const { stage, address, connectMs } = lent?.progress ?? {
      stage: 'waiting',
      address: null,
      connectMs: null,
    }
    return {
      ...RECEIVER,
      host: target.host,
      stage: sent ? 'sent' : stage,
      address,
      connectMs,
      deadlineMs,
    } as const
  }

  function finish(failure: AttemptError | null): void {
    if (reported) return
    reported = true
    deadline.cancel()
    report(reportOf({ request, answer, failure, elapsedMs: elapsedMs(), nowMs: clock.now() }))
  }
}
