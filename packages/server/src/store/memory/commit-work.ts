import type { Decisions, WorkBatch, WorkOutcome } from '../work.ts'
import { acceptUnits } from './accept-units.ts'
import { claimDue } from './claim-due.ts'
import { releaseLease } from './release-leases.ts'
import { settleResults } from './settle-results.ts'
import type { Tables } from './tables.ts'

export function commitWork(
  tables: Tables,
  batch: WorkBatch,
  decisions: Decisions,
  makeDeliveryId: () => string,
): WorkOutcome {
  return tables.transact((savepoint) => {
    const accepts = acceptUnits(tables, savepoint, batch, decisions, makeDeliveryId)
    const results = settleResults(tables, batch, decisions)
    for (const release of batch.releases) releaseLease(tables, release)
    const claims = batch.claims.map((claim) => claimDue(tables, claim, batch.now))
    return { accepts, results, claims }
  })
}
