import { isLive } from '../../../src/core/webhook.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import { isSuccess } from '../ingests.ts'

/** 17: nothing stays held once its webhook works again. */
export const heldMeansStopped: Check = {
  invariant: 17,
  needs: ['rest', 'rows'],
  run(facts, { looked, broken }) {
    const webhooks = new Map(facts.rows.webhooks.map((webhook) => [webhook.id, webhook]))
    for (const { id: deliveryId, webhookId, eventId, state } of facts.history.rows?.deliveries ?? []) {
      if (state !== 'held') continue
      looked()
      const webhook = webhooks.get(webhookId)
      const where = { deliveryId, webhookId, eventId }
      if (webhook === undefined) broken('is held for a webhook that is not there', where)
      else if (isLive(webhook)) broken('is held though its webhook works', where)
      else if (webhook.deletedAt !== null) broken('is held though its webhook is deleted', where)
    }
  },
}

/** 17: what is cancelled was given up by its owner, or for its age. */
export const cancelledByItsOwner: Check = {
  invariant: 17,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    const keptMs = facts.history.heldKeptMs ?? Infinity
    for (const { id: deliveryId, webhookId, eventId, state, createdAt, endedAt } of facts.rows.deliveries) {
      if (state !== 'cancelled') continue
      looked()
      if (endedAt !== null && endedAt - createdAt > keptMs) continue
      const given = facts
        .timelineOf(webhookId)
        .changes.some(({ what, held }) => what === 'deleted' || (what === 'enabled' && held === 'drop'))
      if (!given) broken('is cancelled, and nobody asked for that', { deliveryId, webhookId, eventId })
    }
  },
}

/** 17: what a replay said it queued was sent again, or ended otherwise by its owner's hand. */
export const replaysAreCarriedOut: Check = {
  invariant: 17,
  needs: ['rest', 'replays', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    for (const { webhookId, dryRun, queued, status, answeredAt } of facts.history.replays ?? []) {
      if (dryRun || queued === null || answeredAt === null || !isSuccess(status)) continue
      looked()
      if (wasStoppedSince(facts, webhookId, answeredAt)) continue
      const since = facts.storeTime(answeredAt) - REPLAY_MS_MAX
      const again = facts.rows.deliveries.filter(
        (delivery) =>
          delivery.webhookId === webhookId &&
          facts
            .attemptsOf(delivery.id)
            .some((attempt) => attempt.startedAt >= since && attempt.kind !== 'test'),
      )
      if (again.length < queued) {
        broken(`a replay queued ${queued}, and ${again.length} were sent since`, {
          webhookId,
          at: answeredAt,
        })
      }
    }
  },
}

/** A replay works in slices; what the first slice queued may be sent before the last is read. */
const REPLAY_MS_MAX = 60_000

function wasStoppedSince(facts: Facts, webhookId: string, from: number): boolean {
  const spans = facts.timelineOf(webhookId).liveSpans(from, facts.history.endedAt)
  return spans.reduce((total, [begin, end]) => total + end - begin, 0) < facts.history.endedAt - from
}
