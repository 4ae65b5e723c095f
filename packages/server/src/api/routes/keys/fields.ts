import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'

/** Throws `invalid_request` on `expires_at` unless it lies in the future and no further than ten years from `now`. */
export function checkExpiry(expiresAt: number | null, now: number): void {
  if (expiresAt === null) return
  if (expiresAt <= now) throw fieldProblem('invalid_request', 'expires_at', 'Must be in the future.')
  if (expiresAt > now + LIMITS.keyLifetimeMsMax) {
    throw fieldProblem(
      'invalid_request',
      'expires_at',
      'Must be within ten years. Leave it out for a key that never expires.',
    )
  }
}
