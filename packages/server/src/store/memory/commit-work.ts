import { commitBounds, type EngineOptions } from '../options.ts'
import { commitBatch } from '../rules/commit.ts'
import type { CommitPort } from '../rules/commit.ts'
import { isPartFault } from '../rules/parts.ts'
import type { RunPart } from '../rules/parts.ts'
import type { Decisions, WorkBatch, WorkOutcome } from '../work.ts'
import { createAcceptPort } from './accept-units.ts'
import { claimDue } from './claim-due.ts'
import { releaseLease } from './release-leases.ts'
import { createSettlePort } from './settle-results.ts'
import type { Savepoint, Tables } from './tables.ts'

export function createCommitWork(
  tables: Tables,
  options: EngineOptions,
): (batch: WorkBatch, decisions: Decisions) => WorkOutcome {
  const port: CommitPort = {
    bounds: commitBounds(options),
    openAcceptPort: () => createAcceptPort(tables, options.makeDeliveryId),
    settlePort: createSettlePort(tables, options),
    releaseLease: (release) => releaseLease(tables, release),
    claimDue: (claim, now) => claimDue(tables, claim, now),
  }
  return (batch, decisions) =>
    tables.transact((savepoint) => commitBatch(port, batch, decisions, partsApart(savepoint)))
}

/** Each part is undone by itself. */
export function partsApart(savepoint: Savepoint): RunPart {
  return (part, onFault) => {
    try {
      return savepoint(part)
    } catch (error) {
      if (!isPartFault(error)) throw error
      return onFault(error)
    }
  }
}
