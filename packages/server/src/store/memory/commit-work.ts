import { commitBounds, type EngineOptions } from '../options.ts'
import { commitBatch } from '../rules/commit.ts'
import type { CommitPort } from '../rules/commit.ts'
import type { Decisions, WorkBatch, WorkOutcome } from '../work.ts'
import { createAnnouncePort } from './announce-due.ts'
import { claimDue } from './claim-due.ts'
import { partsApart } from './parts.ts'
import { releaseLease } from './release-leases.ts'
import { createSettlePort } from './settle-results.ts'
import type { Tables } from './tables.ts'

export function createCommitWork(
  tables: Tables,
  options: EngineOptions,
): (batch: WorkBatch, decisions: Decisions) => WorkOutcome {
  const port: CommitPort = {
    ...createAnnouncePort(tables, options),
    bounds: commitBounds(options),
    settlePort: createSettlePort(tables, options),
    releaseLease: (release) => releaseLease(tables, release),
    claimDue: (claim, now) => claimDue(tables, claim, now),
  }
  return (batch, decisions) =>
    tables.transact((savepoint) => commitBatch(port, batch, decisions, partsApart(savepoint)))
}
