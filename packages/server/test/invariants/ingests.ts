import type { Event } from '../../src/core/event.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import type { Facts } from './facts.ts'
import type { Ingest, IngestedEvent, ObserverMs } from './history.ts'

export function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300
}

/** One event that was accepted, with what that owes to each webhook of its organization. */
export interface Promised {
  event: Event
  named: IngestedEvent
  from: ObserverMs
  owed: { webhookId: string; verdict: 'owed' | 'not_owed' | 'either' }[]
}

/**
 * Accepted events, each once. An event whose answer was lost was accepted if the store has it; then it binds like any
 * other.
 */
export function* promised(facts: Facts): Generator<Promised> {
  const seen = new Set<string>()
  for (const ingest of facts.history.ingests ?? []) {
    if (ingest.status !== null && !isSuccess(ingest.status)) continue
    for (const named of ingest.events) {
      const event = facts.event(named.id)
      if (event === undefined || seen.has(named.id)) continue
      seen.add(named.id)
      const from = ingest.askedAt
      const to = ingest.answeredAt ?? nextOutage(facts, from)
      yield { event, named, from, owed: named.targetId === null ? owedTo(facts, event, named, from, to) : [] }
    }
  }
}

/** An unanswered request was in the hands of a process that ended. */
function nextOutage(facts: Facts, from: ObserverMs): ObserverMs {
  const begins = facts.history.outages.filter((outage) => outage.until >= from).map((outage) => outage.until)
  return Math.min(facts.history.endedAt, ...begins)
}

function owedTo(
  facts: Facts,
  event: Event,
  named: IngestedEvent,
  from: ObserverMs,
  to: ObserverMs,
): Promised['owed'] {
  return facts.webhookIds.map((webhookId) => {
    const answers = facts
      .timelineOf(webhookId)
      .during(from, to)
      .map((webhook) => (webhook === null ? false : owes(event, webhook, named.passes)))
    if (answers.every((answer) => answer === true)) return { webhookId, verdict: 'owed' }
    const mayStillCome = wasReplayed(facts, webhookId, from)
    if (answers.every((answer) => answer === false) && !mayStillCome)
      return { webhookId, verdict: 'not_owed' }
    return { webhookId, verdict: 'either' }
  })
}

/** A replay also owes what the webhook would have been owed, had it been as it is now; it may come long after. */
export function wasReplayed(facts: Facts, webhookId: string, from: ObserverMs): boolean {
  return (facts.history.replays ?? []).some(
    (replay) => replay.webhookId === webhookId && !replay.dryRun && (replay.answeredAt ?? Infinity) >= from,
  )
}

/** The rule of matching, told a second time so that a mistake in the first shows. Null: it cannot be told. */
function owes(event: Event, webhook: Webhook, passes: readonly string[] | null): boolean | null {
  if (webhook.deletedAt !== null || webhook.organizationId !== event.organizationId) return false
  if (!webhook.events.includes(event.type)) return false
  // Nobody hears from a webhook that it fails; such events bear its id as their key.
  if (event.type.startsWith('webhook.') && event.key === webhook.id) return false
  const { scope, filter } = webhook
  if (scope.type === 'project' && event.projectId !== scope.id) return false
  if (scope.type === 'workflow' && event.workflowId !== scope.id) return false
  if (filter === null) return true
  return passes === null ? null : passes.includes(filter)
}

/** Ingests that bear an idempotency key, by organization and key, oldest first. */
export function byIdempotencyKey(facts: Facts): Ingest[][] {
  const bearing = (facts.history.ingests ?? []).filter((ingest) => ingest.idempotency !== null)
  const groups = Map.groupBy(bearing, (ingest) => `${ingest.organizationId} ${ingest.idempotency?.key ?? ''}`)
  return [...groups.values()].map((group) => group.sort((left, right) => left.askedAt - right.askedAt))
}
