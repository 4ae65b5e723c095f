import type { Attempt } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { Connection } from './connection.ts'
import { decodeHeaders, encodeHeaders } from './header-codec.ts'
import { bufferOf } from './ids.ts'
import { ATTEMPT_KINDS, OUTCOMES, numberOf, wordOf } from './words.ts'

export interface AttemptRow {
  number: number
  kind: number
  outcome: number
  started_at: number
  duration_ms: number | null
  sends: number | null
  status_code: number | null
  error_code: string | null
  error_message: string | null
  request_headers: string
  request_body: Uint8Array | null
  response_headers: string | null
  response_body: Uint8Array | null
  repeats: number
  repeated_at: number | null
}

export function attemptFrom(deliveryId: string, eventId: string, row: AttemptRow): Attempt {
  const context = { eventId, startedAt: row.started_at }
  return {
    deliveryId,
    number: row.number,
    kind: wordOf(ATTEMPT_KINDS, row.kind),
    outcome: wordOf(OUTCOMES, row.outcome),
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    sends: row.sends,
    statusCode: row.status_code,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    requestHeaders: decodeHeaders(row.request_headers, context),
    requestBody: row.request_body === null ? null : bufferOf(row.request_body),
    responseHeaders: row.response_headers === null ? null : decodeHeaders(row.response_headers, context),
    responseBody: row.response_body === null ? null : bufferOf(row.response_body),
    repeats: row.repeats,
    repeatedAt: row.repeated_at,
  }
}

/** Writes one attempt of the delivery with that `seq`. */
export function createAttemptWriter(
  connection: Connection,
): (deliverySeq: number, delivery: Pick<Delivery, 'eventId'>, attempt: Attempt) => void {
  const insert = connection.prepare(`
    INSERT INTO attempts (delivery_seq, number, kind, outcome, started_at, duration_ms, status_code, error_code,
      error_message, request_headers, request_body, response_headers, response_body, sends)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return (deliverySeq, { eventId }, attempt) => {
    const context = { eventId, startedAt: attempt.startedAt }
    insert.run(
      deliverySeq,
      attempt.number,
      numberOf(ATTEMPT_KINDS, attempt.kind),
      numberOf(OUTCOMES, attempt.outcome),
      attempt.startedAt,
      attempt.durationMs,
      attempt.statusCode,
      attempt.error?.code ?? null,
      attempt.error?.message ?? null,
      encodeHeaders(attempt.requestHeaders, context),
      attempt.requestBody,
      attempt.responseHeaders === null ? null : encodeHeaders(attempt.responseHeaders, context),
      attempt.responseBody,
      attempt.sends,
    )
  }
}
