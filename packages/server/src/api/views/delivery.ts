import { z } from 'zod'
import type { Attempt } from '../../core/attempt.ts'
import { DELIVERY_STATES } from '../../core/delivery.ts'
import { startsAt } from '../../core/webhook.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import type { DeliveryRow } from '../../store/store.ts'
import { readableBody } from './readable-body.ts'

export const attemptErrorSchema = z
  .object({
    code: z.string().describe('A stable snake_case code.'),
    message: z.string().describe('What happened, in plain words.'),
  })
  .nullable()

export const exchangedSchema = z.object({
  headers: z.record(z.string(), z.string()),
  body: z.string().describe('As UTF-8 text.'),
})

export const responseSchema = exchangedSchema
  .extend({
    body: z
      .string()
      .describe(
        'The body for reading: unpacked (gzip, deflate, br, zstd) and decoded from its charset, at most 64 KiB. For a body that ' +
          'is not text: the first 256 bytes in hexadecimal.',
      ),
    body_note: z
      .string()
      .nullable()
      .describe(
        'How the body was made readable, or why it could not be. Null when the body is shown as it came.',
      ),
  })
  .nullable()
  .describe('The answer of the receiver, at most the first 16 KiB of it. Null when nothing came back.')

const attemptSchema = z
  .object({
    number: z.int(),
    kind: z.enum(['auto', 'manual', 'test']),
    started_at: z.string(),
    duration_ms: z
      .number()
      .nullable()
      .describe(
        'How long the receiver took, from the written request to the status of its answer. Looking up the name and connecting do not count.',
      ),
    sends: z
      .int()
      .nullable()
      .describe(
        'How many times the request was written: 0 without a connection; 2 when a kept connection turned out to be closed before ' +
          'an answer began. The receiver may have read both. Null when it is not known.',
      ),
    status_code: z.int().nullable(),
    outcome: z
      .enum(['delivered', 'failed', 'unknown'])
      .describe('`unknown`: the server stopped, or stood still, while the attempt may have been under way.'),
    error: attemptErrorSchema.describe(
      'Why the attempt failed. Beside `delivered` it is `response_malformed`, which says what was wrong with the answer.',
    ),
    request: exchangedSchema.describe(
      'As sent; signatures are cut to their scheme. Of a channel the body is the message: the JSON that was posted, or the ' +
        'text of the mail; empty where it is not known.',
    ),
    response: responseSchema,
    repeats: z
      .int()
      .describe(
        'How many further attempts, right after this one, had the same outcome. Only attempts that were `not_sent` are counted like this.',
      ),
    repeated_at: z.string().nullable().describe('When the last of these repeats began.'),
  })
  .meta({ id: 'Attempt' })

const DELIVERY_FIELDS = {
  id: z.string().describe('`dlv_…`'),
  event_id: z.string(),
  event_type: z.string(),
  webhook_id: z.string(),
  kind: z.enum(['auto', 'test']),
  state: z.enum(DELIVERY_STATES),
  resend_of: z
    .string()
    .nullable()
    .describe('The delivery that this one sends again by hand. Null for a delivery that is not sent again.'),
  attempt_count: z.int(),
  next_attempt_at: z.string().nullable(),
  blocked_by: z
    .string()
    .nullable()
    .describe('The delivery that goes first, when the webhook sends in strict order. Null when none does.'),
  last_status_code: z.int().nullable(),
  last_error: z.string().nullable(),
  created_at: z.string(),
  ended_at: z.string().nullable(),
}

export const deliverySchema = z.object(DELIVERY_FIELDS).meta({ id: 'Delivery' })

export const deliveryWithAttemptsSchema = z
  .object({ ...DELIVERY_FIELDS, attempts: z.array(attemptSchema).describe('Oldest first.') })
  .describe('The delivery and every attempt made for it.')
  .meta({ id: 'DeliveryWithAttempts' })

export function deliveryView(row: DeliveryRow): z.output<typeof deliverySchema> {
  return {
    id: row.id,
    event_id: row.eventId,
    event_type: row.eventType,
    webhook_id: row.webhookId,
    kind: row.kind,
    state: row.state,
    resend_of: row.resendOf,
    attempt_count: row.attemptCount,
    next_attempt_at: isoTimeOrNull(startsAt(row.dueAt, row)),
    blocked_by: row.blockedBy,
    last_status_code: row.lastStatusCode,
    last_error: row.lastError,
    created_at: isoTime(row.createdAt),
    ended_at: isoTimeOrNull(row.endedAt),
  }
}

/** `eventBody` is what every attempt of a webhook sends, so that it is not stored with each; empty for a channel. */
export async function attemptView(
  attempt: Attempt,
  eventBody: Buffer,
): Promise<z.output<typeof attemptSchema>> {
  return {
    number: attempt.number,
    kind: attempt.kind,
    started_at: isoTime(attempt.startedAt),
    duration_ms: attempt.durationMs,
    sends: attempt.sends,
    status_code: attempt.statusCode,
    outcome: attempt.outcome,
    ...(await exchangeView(attempt, eventBody)),
    repeats: attempt.repeats,
    repeated_at: isoTimeOrNull(attempt.repeatedAt),
  }
}

/** The part of an attempt that a test's answer shows too. */
export async function exchangeView(attempt: Attempt, eventBody: Buffer) {
  const body = attempt.requestBody ?? eventBody
  return {
    error: attempt.error && { code: attempt.error.code, message: attempt.error.message },
    request: { headers: attempt.requestHeaders, body: body.toString('utf8') },
    response: await responseView(attempt),
  }
}

async function responseView({
  responseHeaders: headers,
  responseBody,
}: Attempt): Promise<z.output<typeof responseSchema>> {
  if (headers === null) return null
  const { text, note } = await readableBody(responseBody ?? Buffer.alloc(0), headers)
  return { headers, body: text, body_note: note }
}
