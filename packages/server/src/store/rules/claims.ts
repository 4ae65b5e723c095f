import { LIMITS } from '../../core/limits.ts'
import type { ClaimVerdict, IdempotencyClaim } from '../claim.ts'

/**
 * Judges a claim against the `earlier` one on the same organization, operation and key. A claim that has outlived
 * `LIMITS.idempotencyMs` no longer binds, whether or not the sweep has come by.
 */
export function judgeClaim(claim: IdempotencyClaim, earlier: IdempotencyClaim | null): ClaimVerdict {
  if (earlier === null || claim.createdAt - earlier.createdAt >= LIMITS.idempotencyMs)
    return { outcome: 'free' }
  if (earlier.requestHash !== claim.requestHash) return { outcome: 'conflict' }
  return { outcome: 'replayed', resourceId: earlier.resourceId, sealedAnswer: earlier.sealedAnswer ?? null }
}
