import { readEvent } from '../events/index.ts'
import { WEBHOOK_ID_HEADER, WEBHOOK_TIMESTAMP_HEADER } from '../headers/names.ts'
import { readHeaders, type HeaderReader, type HeadersInput } from '../headers/read-headers.ts'
import type { Scheme } from '../schemes/index.ts'
import type { SignedContent } from '../schemes/scheme.ts'
import { readBody, type BodyInput } from './body.ts'
import { chooseClaims, matches, type Claim } from './claims.ts'
import { explainMismatch } from './explain-mismatch.ts'
import { readOptions, type Settings, type VerifyOptions } from './options.ts'
import { refuse, type Refused, type VerifyResult } from './result.ts'
import { refuseStaleTimestamp } from './timestamp.ts'

/** What `verify` needs of an HTTP request, whichever framework it came through. */
export interface WebhookRequest {
  readonly body: BodyInput
  readonly headers: HeadersInput
}

/**
 * Says whether a request comes unchanged from someone who holds the secret, and what event it carries.
 *
 * Never throws: a body that was parsed, a header of any length or a missing option is a typed refusal. Which signature
 * decides when several are there is written at `chooseClaims`. The clock is looked at after the signature, so that a
 * reason about time is always about a genuine request.
 */
export function verify(request: WebhookRequest, options: VerifyOptions): VerifyResult {
  try {
    const settings = readOptions(options)
    return settings.ok ? verifyWith(request, settings) : settings
  } catch {
    // Only an object with throwing accessors gets here; the error may quote the request, so it is not passed on.
    return refuse('unreadable_request', 'Reading the request or the options threw an error.')
  }
}

function verifyWith(request: WebhookRequest, settings: Settings): VerifyResult {
  const body = readBody(request.body)
  if ('reason' in body) return body
  const headers = readHeaders(request.headers)
  const claims = chooseClaims(headers, settings)
  if (!claims.ok) return claims

  const content = readContent(body, headers)
  const signsDelivery = claims.deciding.some(({ scheme }) => scheme.signsDelivery)
  const malformed = (signsDelivery ? refuseDeliveryHeaders(content) : null) ?? refuseForm(claims.deciding)
  if (malformed !== null) return malformed

  const scheme = findMatch(claims.deciding, content)
  if (scheme === null) return explainMismatch({ ...claims, content, headers })
  const timestamp = signsDelivery ? Number(content.timestamp) : null
  const stale = timestamp === null ? null : refuseStaleTimestamp(timestamp, settings)
  if (stale !== null) return stale
  const event = readEvent(body)
  if (typeof event === 'string') return refuse('malformed_body', `The signature is right, but ${event}.`)
  return { ok: true, scheme: scheme.name, id: signsDelivery ? content.id : null, timestamp, event }
}

function readContent(body: Uint8Array, headers: HeaderReader): SignedContent {
  const id = headers(WEBHOOK_ID_HEADER) ?? ''
  const timestamp = headers(WEBHOOK_TIMESTAMP_HEADER)?.trim() ?? ''
  return { body, id, timestamp }
}

/** Fifteen digits are beyond any date and within the whole numbers that JavaScript holds exactly. */
const TIMESTAMP_FORM = /^(0|[1-9]\d{0,14})$/

function refuseDeliveryHeaders({ id, timestamp }: SignedContent): Refused | null {
  if (id === '') return refuse('malformed_header', 'webhook-signature is there without webhook-id.')
  if (timestamp === '')
    return refuse('malformed_header', 'webhook-signature is there without webhook-timestamp.')
  if (TIMESTAMP_FORM.test(timestamp)) return null
  return refuse(
    'malformed_header',
    'webhook-timestamp is not a whole number of seconds since 1970-01-01 UTC.',
  )
}

function refuseForm(claims: readonly Claim[]): Refused | null {
  const wellFormed = claims.some(({ scheme, signatures }) =>
    signatures.some((text) => scheme.decodeSignature(text) !== null),
  )
  if (wellFormed) return null
  const names = [...new Set(claims.map(({ scheme }) => scheme.header))].join(', ')
  return refuse('malformed_signature', `${names} has not the form, alphabet or length of a signature.`)
}

function findMatch(claims: readonly Claim[], content: SignedContent): Scheme | null {
  return claims.find((claim) => matches(claim, content))?.scheme ?? null
}
