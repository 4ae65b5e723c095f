import type { SettlePort } from '../rules/settle.ts'
import type { Decisions, WorkBatch, WorkOutcome } from '../work.ts'
import { UnitFault } from './accept-units.ts'
import type { AcceptUnits } from './accept-units.ts'
import type { ClaimDue } from './claim-due.ts'
import type { Connection } from './connection.ts'
import { createReleaseLease } from './release-leases.ts'
import { settleResults } from './settle-results.ts'
import type { WebhookCache } from './webhook-cache.ts'

export interface CommitParts {
  webhooks: WebhookCache
  acceptUnits: AcceptUnits
  settlePort: SettlePort
  claimDue: ClaimDue
}

export function createCommitWork(
  connection: Connection,
  { webhooks, acceptUnits, settlePort, claimDue }: CommitParts,
): (batch: WorkBatch, decisions: Decisions) => WorkOutcome {
  const releaseLease = createReleaseLease(connection)

  function commit(batch: WorkBatch, decisions: Decisions, mode: keyof AcceptUnits): WorkOutcome {
    return connection.write(() => {
      const accepts = acceptUnits[mode](batch, decisions)
      const results = settleResults(settlePort, webhooks, batch, decisions)
      for (const release of batch.releases) releaseLease(release)
      const claims = batch.claims.map((claim) => claimDue(claim, batch.now))
      return { accepts, results, claims }
    })
  }

  return (batch, decisions) => {
    const admitOnce = rememberAdmissions(decisions)
    try {
      return commit(batch, admitOnce(), 'together')
    } catch (error) {
      if (!(error instanceof UnitFault)) throw error
      return commit(batch, admitOnce(), 'oneByOne')
    }
  }
}

/**
 * Each yes of `admit` takes a place, so a batch that is accepted a second time must not ask again. Units before the
 * one that failed are asked in the same order as before: the n-th question gets the n-th answer.
 */
function rememberAdmissions(decisions: Decisions): () => Decisions {
  const answers: boolean[] = []
  return () => {
    let asked = 0
    return {
      match: (event, webhook) => decisions.match(event, webhook),
      admit(webhook) {
        const answer = answers[asked] ?? decisions.admit(webhook)
        answers[asked] = answer
        asked += 1
        return answer
      },
      settle: (facts) => decisions.settle(facts),
    }
  }
}
