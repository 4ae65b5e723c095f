import { fieldProblem } from '../../../core/errors.ts'
import { DAY_MS } from '../../../core/time.ts'

/** Ten years with as many leap days as they can have. */
export const KEY_LIFETIME_MS_MAX = 3_653 * DAY_MS

/** Throws `invalid_request` on `expires_at` unless it lies in the future and no further than ten years from `now`. */
export function checkExpiry(expiresAt: number | null, now: number): void {
  if (expiresAt === null) return
  if (expiresAt <= now) throw fieldProblem('invalid_request', 'expires_at', 'Must lie in the future.')
  if (expiresAt > now + KEY_LIFETIME_MS_MAX) {
    throw fieldProblem(
      'invalid_request',
      'expires_at',
      'Must lie within ten years; leave it out for a key that never expires.',
    )
  }
}
