import type { WebhookEvent } from '../events/index.ts'
import type { SchemeName } from '../schemes/index.ts'

/**
 * Why a request was refused. The README says of each what to do; a test holds the two lists together.
 * Reasons from `timestamp_too_old` on are given only once the signature has proved right.
 */
export const REFUSAL_REASONS = [
  /** The options cannot verify anything: no key, a public key that is none, an unknown scheme, a tolerance below 0. */
  'invalid_options',
  /** The body is a parsed object (or was read already), so the bytes that were signed are gone. */
  'body_parsed',
  /** There is no body at all: undefined or null. An empty one is a body. */
  'body_missing',
  /** Adapters only: the body is longer than their limit. */
  'body_too_large',
  /** The connection broke off within the body, or the request object threw while it was read. */
  'unreadable_request',
  /** No signature header came with the request. */
  'no_signature',
  /** Signatures came, but of schemes that the options do not accept or have no key for. */
  'scheme_not_accepted',
  /** The signature header is not of its scheme's form. */
  'malformed_signature',
  /** `webhook-id` or `webhook-timestamp` is missing, or the timestamp is not whole seconds. */
  'malformed_header',
  /** Proved: the signature was made with another secret than the one given. */
  'wrong_secret',
  /** Proved: the body was parsed and written anew, or its line ends or byte order mark were changed. */
  'body_reserialized',
  /** Proved: the body has not the length that `content-length` announced. */
  'body_changed',
  /** Proved: secret and body are right, so `webhook-id` or `webhook-timestamp` are not those that were signed. */
  'id_or_timestamp_changed',
  /** The signature does not match, and nothing in the request tells which of the two it is. */
  'wrong_secret_or_body_changed',
  /** Signed longer ago than the tolerance: a replay, a slow queue, or a clock that is ahead here. */
  'timestamp_too_old',
  /** Signed further in the future than the tolerance: a clock that is behind here, or milliseconds for seconds. */
  'timestamp_too_new',
  /** The body is genuine but is no JSON object with a text `event` or `type`. */
  'malformed_body',
] as const

export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** A request that is genuine. */
export interface Verified {
  readonly ok: true
  /** The scheme whose signature matched. */
  readonly scheme: SchemeName
  /**
   * The signed `webhook-id`, the same on every retry: process each id once. Null under the legacy schemes, which do not
   * sign it; use something from the body there, such as the run's id together with the event type.
   */
  readonly id: string | null
  /** The signed `webhook-timestamp`, seconds since 1970-01-01 UTC; null under the legacy schemes. */
  readonly timestamp: number | null
  readonly event: WebhookEvent
}

/** A request that must not be acted on. */
export interface Refused {
  readonly ok: false
  readonly reason: RefusalReason
  /** What was seen and what to try, for a log. Holds no secret, no signature and nothing of the body. */
  readonly detail: string
}

export type VerifyResult = Verified | Refused

export function refuse(reason: RefusalReason, detail: string): Refused {
  return { ok: false, reason, detail }
}
