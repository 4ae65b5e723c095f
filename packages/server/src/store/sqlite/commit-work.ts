import { commitBatch } from '../rules/commit.ts'
import type { CommitPort } from '../rules/commit.ts'
import type { Decisions, WorkBatch, WorkOutcome } from '../work.ts'
import type { Connection } from './connection.ts'
import { writeInParts } from './parts.ts'
import type { WebhookCache } from './webhook-cache.ts'

export function createCommitWork(
  connection: Connection,
  webhooks: WebhookCache,
  port: CommitPort,
): (batch: WorkBatch, decisions: Decisions) => WorkOutcome {
  return (batch, decisions) => {
    const again = rememberAdmissions(decisions)
    return writeInParts(connection, webhooks, (runPart) => commitBatch(port, batch, again(), runPart))
  }
}

/**
 * Each yes of `admit` takes a place, so a batch that is written a second time must not ask again. What failed was not
 * asked about, and the rest is asked in the same order: the n-th question about a webhook gets its n-th answer.
 */
function rememberAdmissions(decisions: Decisions): () => Decisions {
  const answers = new Map<string, boolean[]>()
  return () => {
    const asked = new Map<string, number>()
    return {
      ...decisions,
      admit(webhook, bytes) {
        const count = asked.get(webhook.id) ?? 0
        asked.set(webhook.id, count + 1)
        const given = answers.get(webhook.id) ?? []
        answers.set(webhook.id, given)
        return (given[count] ??= decisions.admit(webhook, bytes))
      },
    }
  }
}
