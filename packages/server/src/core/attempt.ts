import { LIMITS } from './limits.ts'
import type { OwnFault } from './own-fault.ts'

/**
 * delivered — acknowledged with a 2xx
 * failed    — anything else the receiver or the network did
 * unknown   — the server stopped, or stood still, while the attempt may have been under way
 */
export type AttemptOutcome = 'delivered' | 'failed' | 'unknown'

export interface AttemptError {
  /** Stable snake_case code, listed in send/attempt-errors.ts. */
  code: string
  /** What happened in plain words. */
  message: string
}

/** An error as whoever made the attempt tells it. */
export interface ReportedError extends AttemptError {
  /** What of ours was at fault: always of `not_sent`, and of what the operator's mail server did. Not stored. */
  fault?: OwnFault
}

/** One HTTP request, or one message to a mail server, made for a delivery, as it is recorded. */
export interface Attempt {
  deliveryId: string
  /** 1, 2, 3 … within the delivery. */
  number: number
  kind: 'auto' | 'manual' | 'test'
  outcome: AttemptOutcome
  startedAt: number
  /** From the written request to the status of the answer, or to giving up; null when nobody knows. */
  durationMs: number | null
  /** How many times the request was written: see AttemptReport; null when nobody knows. */
  sends: number | null
  statusCode: number | null
  /** Why it failed, or what was wrong with the answer that acknowledged it. */
  error: AttemptError | null
  /** Headers as sent; signatures are cut to their scheme, since they prove nothing later and must not leak. */
  requestHeaders: Record<string, string>
  /** What was sent in place of the event's own bytes, at most `LIMITS.messageBytesKept`; null where those were sent. */
  requestBody: Buffer | null
  responseHeaders: Record<string, string> | null
  /** At most `LIMITS.responseBytesKept`. */
  responseBody: Buffer | null
  /**
   * How many more attempts came to the same right after this one, and when the last of them began. Only attempts that
   * were `not_sent` share a row: a fault of ours that lasts must not fill the log.
   */
  repeats: number
  repeatedAt: number | null
}

/** What one request came to, before it is given a number and settled. */
export interface AttemptReport {
  outcome: AttemptOutcome
  startedAt: number
  /** See Attempt. */
  durationMs: number
  /** From `startedAt` to the end, where that is not `durationMs`: making a connection may have taken a while. */
  elapsedMs?: number
  /**
   * How many times the request was written to a connection: 0 when none could be made, 2 when a kept one turned out to be
   * closed before a byte of an answer came. The receiver may have read each of them.
   */
  sends: number
  statusCode: number | null
  error: ReportedError | null
  /** How long the receiver asked us to wait (`Retry-After` of a 429 or 503), milliseconds. */
  retryAfterMs: number | null
  requestHeaders: Record<string, string>
  /** See Attempt. */
  requestBody?: Buffer | null
  responseHeaders: Record<string, string> | null
  responseBody: Buffer | null
}

/** Until when the receiver asked to be left alone, milliseconds: a day at most; null when it did not ask. */
export function askedUntil(
  report: (AttemptTimes & Pick<AttemptReport, 'retryAfterMs'>) | null,
): number | null {
  if (report?.retryAfterMs == null) return null
  return Math.ceil(endOfAttempt(report) + Math.min(report.retryAfterMs, LIMITS.retryAfterMsMax))
}

export type AttemptTimes = Pick<AttemptReport, 'startedAt' | 'durationMs' | 'elapsedMs'>

/** What follows an attempt counts from here. */
export function endOfAttempt({ startedAt, durationMs, elapsedMs }: AttemptTimes): number {
  return startedAt + (elapsedMs ?? durationMs)
}

const NOT_SENT = 'not_sent'
const GONE = 'gone'

/** The error of an attempt that a fault of ours kept from its receiver; `message` says which, in plain words. */
export function notSent(message: string, fault: OwnFault): ReportedError {
  return { code: NOT_SENT, message, fault }
}

/**
 * Thrown while an attempt is prepared, where its owner may read why it cannot be made. Any other error says so to the
 * operator alone.
 */
export class NotPrepared extends Error {}

/** The report of an attempt whose request was never made. */
export function notSentReport(
  startedAt: number,
  message: string,
  fault: OwnFault = { code: 'not_prepared', scope: 'webhook' },
): AttemptReport {
  return {
    outcome: 'failed',
    startedAt,
    durationMs: 0,
    sends: 0,
    statusCode: null,
    error: notSent(message, fault),
    retryAfterMs: null,
    requestHeaders: {},
    responseHeaders: null,
    responseBody: null,
  }
}

/** Whether the fault was ours. It is not counted against the receiver. */
export function wasNotSent(report: { error: ReportedError | null } | null): boolean {
  const error = report?.error ?? null
  return error !== null && (error.code === NOT_SENT || error.fault !== undefined)
}

/** Whether no request was made at all: it was not prepared, or found no way out. */
export function wasNotMade(report: { error: ReportedError | null }): boolean {
  return report.error?.code === NOT_SENT
}

/**
 * Whether the receiver said that its address is gone for good. The status alone does not tell: a mail server's reply 410 is
 * not HTTP's.
 */
export function saysGone(report: Pick<AttemptReport, 'error'> | null): boolean {
  return report?.error?.code === GONE
}
