import type { AttemptError } from '../core/attempt.ts'
import { createAnswer, type Answer } from './answer.ts'
import { classifyStatus } from './classify-status.ts'
import { retryAfterMs } from './retry-after.ts'
import type { OutboundReport, OutboundRequest } from './transport.ts'

export interface ReportFacts {
  request: OutboundRequest
  answer: Answer
  /** What ended the attempt; heeded only when no final status came. */
  failure: AttemptError | null
  elapsedMs: number
  nowMs: number
}

/**
 * What an attempt came to. Its duration is the time until the outcome was known: to the status, not to the end of the body,
 * so that response times tell how fast a receiver acknowledges.
 */
export function reportOf({ request, answer, failure, elapsedMs, nowMs }: ReportFacts): OutboundReport {
  const { status, statusMs, headers } = answer
  const error = status === null ? failure : classifyStatus(status, headers ?? {})
  return {
    outcome: error === null ? 'delivered' : 'failed',
    startedAt: request.startedAt,
    durationMs: Math.round(statusMs ?? elapsedMs),
    statusCode: status,
    error,
    retryAfterMs: status === null ? null : retryAfterMs(status, headers?.['retry-after'], nowMs),
    responseHeaders: headers,
    responseBody: answer.body(),
  }
}

/** The report of an attempt that failed before anything was sent. */
export function reportUnsent(request: OutboundRequest, failure: AttemptError, nowMs: number): OutboundReport {
  return reportOf({ request, answer: createAnswer(), failure, elapsedMs: 0, nowMs })
}
