import type { VerifyOptions } from '../verify/options.ts'
import { refuse, type Refused } from '../verify/result.ts'

/** Bodies longer than this are refused unless the caller says otherwise: 1 MiB. */
export const BODY_LIMIT_BYTES_DEFAULT = 1024 * 1024

export interface AdapterOptions extends VerifyOptions {
  /** Longest body that is read, in bytes; 1 MiB by default. */
  readonly bodyLimitBytes?: number | undefined
}

/** Compared only as `length <= limit`, so that a limit that is no number lets nothing through. */
export function bodyLimitOf(options: AdapterOptions): number {
  return options.bodyLimitBytes ?? BODY_LIMIT_BYTES_DEFAULT
}

export function refuseTooLarge(limitBytes: number): Refused {
  return refuse(
    'body_too_large',
    `The body is longer than ${limitBytes} bytes; \`bodyLimitBytes\` sets the limit.`,
  )
}

export function refuseUnreadable(): Refused {
  return refuse('unreadable_request', 'The connection broke off before the body was complete.')
}

export function refuseConsumed(): Refused {
  return refuse(
    'body_parsed',
    'The body was read before verification and its bytes were not kept. Verify first, or keep the raw bytes.',
  )
}
