import type { Event } from '../../core/event.ts'
import type { Webhook } from '../../core/webhook.ts'
import type {
  Announced,
  ClaimOutcome,
  Decisions,
  LaneClaim,
  LeaseRelease,
  WorkBatch,
  WorkOutcome,
} from '../work.ts'
import { acceptUnit } from './accept.ts'
import type { AcceptPort } from './accept.ts'
import type { RunPart } from './parts.ts'
import { settleResult } from './settle.ts'
import type { SettlePort } from './settle.ts'

/** What a commit reads and writes of an engine whose answers are synchronous. */
export interface CommitPort {
  /** May remember webhooks as they are now: what changes them calls for another. */
  openAcceptPort(): AcceptPort
  settlePort: SettlePort
  releaseLease(release: LeaseRelease): void
  claimDue(claim: LaneClaim, now: number): ClaimOutcome
}

/** Everything of a batch, inside the engine's transaction. */
export function commitBatch(
  port: CommitPort,
  batch: WorkBatch,
  decisions: Decisions,
  runPart: RunPart,
): WorkOutcome {
  const { now } = batch
  const accepting = port.openAcceptPort()
  const accepts = batch.accepts.map((unit) => acceptUnit(accepting, unit, decisions, now, runPart))
  const recorded = batch.results.map((result) =>
    settleResult(port.settlePort, result, decisions, now, runPart),
  )
  const changes = recorded.flatMap(({ outcome, webhookBefore }) =>
    outcome.stale || webhookBefore === null ? [] : { before: webhookBefore, after: outcome.webhook },
  )
  const announced =
    changes.length === 0 ? [] : announce(port.openAcceptPort(), changes, decisions, now, runPart)
  for (const release of batch.releases) port.releaseLease(release)
  const claims = batch.claims.map((claim) => port.claimDue(claim, now))
  return { accepts, results: recorded.map(({ outcome }) => outcome), claims, announced }
}

function announce(
  port: AcceptPort,
  changes: readonly { before: Webhook; after: Webhook }[],
  decisions: Decisions,
  now: number,
  runPart: RunPart,
): Announced[] {
  return changes.flatMap(({ before, after }): Announced[] => {
    const events = runPart<Event[] | Error>(
      () => decisions.announce(before, after, now),
      (error) => error,
    )
    if (events instanceof Error) return [{ events: [], outcome: { outcome: 'refused', error: events } }]
    if (events.length === 0) return []
    const unit = { claim: null, run: null, submission: null, events, target: null }
    const outcome = acceptUnit(port, unit, decisions, now, runPart)
    // The other outcomes are those of an Idempotency-Key.
    return outcome.outcome === 'accepted' || outcome.outcome === 'refused' ? [{ events, outcome }] : []
  })
}
