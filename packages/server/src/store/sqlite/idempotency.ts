import { judgeClaim } from '../rules/claims.ts'
import type { Created, IdempotencyClaim } from '../store.ts'
import type { Connection } from './connection.ts'

interface ClaimRow {
  request_hash: string
  resource_id: string
  sealed_answer: string | null
  created_at: number
}

export interface Idempotency {
  /** The claim on the same organization, operation and key, of whatever age. */
  earlierClaim(claim: IdempotencyClaim): IdempotencyClaim | null
  saveClaim(claim: IdempotencyClaim): void
  /** Runs `create` in a transaction, unless an earlier request with the same Idempotency-Key already did. */
  createOnce<Row>(
    claim: IdempotencyClaim | null,
    create: () => { row: Row; resourceId: string },
  ): Promise<Created<Row>>
}

export function createIdempotency(connection: Connection): Idempotency {
  const select = connection.prepare<ClaimRow>(`
    SELECT request_hash, resource_id, sealed_answer, created_at FROM idempotency_claims
    WHERE organization_id = ? AND operation = ? AND key = ?`)
  // Replaces one that has outlived its day and that the sweep has not met yet.
  const save = connection.prepare(`
    INSERT OR REPLACE INTO idempotency_claims (organization_id, operation, key, request_hash, resource_id,
      sealed_answer, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)`)

  function earlierClaim(claim: IdempotencyClaim): IdempotencyClaim | null {
    const row = select.get(claim.organizationId, claim.operation, claim.key)
    if (row === undefined) return null
    return {
      ...claim,
      requestHash: row.request_hash,
      resourceId: row.resource_id,
      sealedAnswer: row.sealed_answer,
      createdAt: row.created_at,
    }
  }

  function saveClaim(claim: IdempotencyClaim): void {
    const { organizationId, operation, key, requestHash, resourceId, sealedAnswer = null, createdAt } = claim
    save.run(organizationId, operation, key, requestHash, resourceId, sealedAnswer, createdAt)
  }

  return {
    earlierClaim,
    saveClaim,
    createOnce: <Row>(claim: IdempotencyClaim | null, create: () => { row: Row; resourceId: string }) =>
      connection.commit<Created<Row>>(() => {
        if (claim !== null) {
          const verdict = judgeClaim(claim, earlierClaim(claim))
          if (verdict.outcome !== 'free') return verdict
        }
        const { row, resourceId } = create()
        if (claim !== null) saveClaim({ ...claim, resourceId })
        return { outcome: 'created', row }
      }),
  }
}
