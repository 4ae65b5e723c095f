import { judgeClaim } from '../rules/claims.ts'
import type { ClaimStore, Created, IdempotencyClaim } from '../store.ts'
import { claimKey } from './tables.ts'
import type { Tables } from './tables.ts'

/** Runs `create` in a transaction, unless an earlier request with the same Idempotency-Key already did. */
export function createOnce<Row>(
  tables: Tables,
  claim: IdempotencyClaim | null,
  create: () => { row: Row; resourceId: string },
): Created<Row> {
  return tables.transact(() => {
    if (claim !== null) {
      const verdict = judgeClaim(claim, tables.claims.get(claimKey(claim)))
      if (verdict.outcome !== 'free') return verdict
    }
    const { row, resourceId } = create()
    if (claim !== null) tables.claims.put({ ...claim, resourceId })
    return { outcome: 'created', row }
  })
}

export function createClaimStore(tables: Tables): ClaimStore {
  return {
    judge: async (claim) => tables.read(() => judgeClaim(claim, tables.claims.get(claimKey(claim)))),
  }
}
