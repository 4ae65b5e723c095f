import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import { parseHttpDate } from './http-date.ts'

const SECONDS_FORM = /^[0-9]+$/

/**
 * How long a 429 or 503 asks us to wait, in milliseconds, at most `LIMITS.retryAfterMsMax`; null when it does not ask, asks
 * for nothing or cannot be read. `nowMs` is when the answer came (RFC 9110, section 10.2.3).
 */
export function retryAfterMs(status: number, value: string | undefined, nowMs: number): number | null {
  if (value === undefined || (status !== 429 && status !== 503)) return null
  const text = value.replace(/^[ \t]+|[ \t]+$/g, '')
  const waitMs = SECONDS_FORM.test(text)
    ? Number(text) * SECOND_MS
    : (parseHttpDate(text, nowMs) ?? nowMs) - nowMs
  return waitMs > 0 ? Math.min(waitMs, LIMITS.retryAfterMsMax) : null
}
