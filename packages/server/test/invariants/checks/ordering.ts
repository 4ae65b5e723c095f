import type { Delivery } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'

/** 22. What was sent again by hand stands outside the order. */
export const orderIsKept: Check = {
  invariant: 22,
  needs: ['rows', 'removals', 'requests', 'resends', 'replays'],
  run(facts, { looked, broken }) {
    const byHand = new Set((facts.history.resends ?? []).map((resend) => resend.deliveryId))
    const replayed = new Set((facts.history.replays ?? []).map((replay) => replay.webhookId))
    const ordered = facts.rows.deliveries.filter(
      ({ id, orderKey, webhookId }) => orderKey !== null && !byHand.has(id) && !replayed.has(webhookId),
    )
    const lines = Map.groupBy(ordered, ({ webhookId, orderKey }) => `${webhookId} ${orderKey ?? ''}`)
    for (const line of lines.values()) {
      let before: Delivery | null = null
      let lastStart = Number.NEGATIVE_INFINITY
      // Ids are ordered as deliveries are made.
      for (const delivery of line.sort((left, right) => (left.id < right.id ? -1 : 1))) {
        const starts = startsOf(facts, delivery)
        if (starts.length === 0) continue
        looked()
        const { id: deliveryId, webhookId, eventId } = delivery
        if (before !== null && Math.min(...starts) < lastStart) {
          broken(`was sent before ${before.id}, which goes before it, was done`, {
            deliveryId,
            webhookId,
            eventId,
          })
        }
        before = delivery
        lastStart = Math.max(lastStart, ...starts)
      }
    }
  },
}

function startsOf(facts: Facts, delivery: Delivery): number[] {
  return facts.requestsOf(delivery).map((request) => request.startedAt ?? request.at)
}
