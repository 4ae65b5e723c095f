import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'

const SECONDS_FORM = /^\d{1,15}$/
/** IMF-fixdate, the only date form a sender may still generate (RFC 9110, section 5.6.7). */
const DATE_FORM = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * How long a 429 or 503 asks us to wait, in milliseconds, at most `LIMITS.retryAfterMsMax`; null when it does not ask, asks
 * for nothing or cannot be read. `nowMs` is when the answer came (RFC 9110, section 10.2.3).
 */
export function retryAfterMs(status: number, value: string | undefined, nowMs: number): number | null {
  if (value === undefined || (status !== 429 && status !== 503)) return null
  const text = value.trim()
  const waitMs = SECONDS_FORM.test(text)
    ? Number(text) * SECOND_MS
    : DATE_FORM.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN
  return waitMs > 0 ? Math.min(waitMs, LIMITS.retryAfterMsMax) : null
}
