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
    const outcome: WorkOutcome = {
      accepts: acceptUnits(tables, savepoint, batch, decisions, makeDeliveryId),
      results: settleResults(tables, batch, decisions),
      claims: batch.claims.map((claim) => claimDue(tables, claim, batch.now)),
    }
    for (const release of batch.releases) releaseLease(tables, release)
    return outcome
  })
}
