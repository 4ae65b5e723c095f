import type { RefusalReason } from './result.ts'

/**
 * 5xx where the receiver itself is set up wrong, so that the sender keeps trying until that is mended. 400 and 413 where
 * the request can never become right. 401 where it does not prove where it comes from.
 */
const STATUS: Readonly<Record<RefusalReason, number>> = {
  invalid_options: 500,
  body_parsed: 500,
  body_missing: 500,
  body_reserialized: 500,
  body_too_large: 413,
  unreadable_request: 400,
  malformed_signature: 400,
  malformed_header: 400,
  malformed_body: 400,
  no_signature: 401,
  scheme_not_accepted: 401,
  wrong_secret: 401,
  body_changed: 401,
  id_or_timestamp_changed: 401,
  wrong_secret_or_body_changed: 401,
  timestamp_too_old: 401,
  timestamp_too_new: 401,
}

/** The HTTP status to answer a refused request with. */
export function refusalStatus(reason: RefusalReason): number {
  return STATUS[reason]
}
