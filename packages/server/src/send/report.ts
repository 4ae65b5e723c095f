import type { AttemptError, ReportedError } from '../core/attempt.ts'
import type { AttemptErrorCode } from './attempt-errors.ts'
import { classifyStatus } from './classify-status.ts'
import { RECEIVER } from './receiver.ts'
import { retryAfterMs } from './retry-after.ts'
import type { OutboundReport } from './transport.ts'

/** What came back, once a final status had. */
export interface Answer {
  readonly status: number | null
  readonly headers: Record<string, string>
  /** What breaks the protocol behind the status line, in words that follow "its answer breaks HTTP/1.1: ". */
  readonly fault: string | null
  body(): Buffer
}

export interface ReportFacts {
  /** Of the request. */
  startedAt: number
  /** Null when no final status came. */
  answer: Answer | null
  /** Why none came. */
  failure: ReportedError | null
  sends: number
  durationMs: number
  /** With what came before the request was written. */
  elapsedMs?: number
  nowMs: number
}

/** What an attempt came to. The final status decides; what was wrong behind it is told beside a success, and changes nothing. */
export function reportOf({
  startedAt,
  answer,
  failure,
  sends,
  durationMs,
  elapsedMs = durationMs,
  nowMs,
}: ReportFacts): OutboundReport {
  const status = answer?.status ?? null
  const times = { durationMs: Math.round(durationMs), elapsedMs: Math.ceil(elapsedMs) }
  const known = { startedAt, ...times, sends }
  if (answer === null || status === null) {
    const error = failure ?? made('send_failed', 'The request failed: nobody knows why.')
    const nothing = { statusCode: null, retryAfterMs: null, responseHeaders: null, responseBody: null }
    return { ...known, ...nothing, outcome: 'failed', error }
  }
  const error = classifyStatus(status, answer.headers)
  return {
    ...known,
    outcome: error === null ? 'delivered' : 'failed',
    statusCode: status,
    error: error ?? malformed(status, answer.fault),
    retryAfterMs: retryAfterMs(status, answer.headers['retry-after'], nowMs),
    responseHeaders: answer.headers,
    responseBody: answer.body(),
  }
}

function malformed(status: number, fault: string | null): AttemptError | null {
  if (fault === null) return null
  const message = `${RECEIVER.peer} acknowledged (${status}), but its answer breaks HTTP/1.1: ${fault}.`
  return made('response_malformed', message)
}

function made(code: AttemptErrorCode, message: string): AttemptError {
  return { code, message }
}
