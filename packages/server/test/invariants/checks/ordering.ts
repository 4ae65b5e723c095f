import type { Delivery } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import { isSuccess } from '../ingests.ts'

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

/** 22. A line stands in the order in which its events were accepted, however their deliveries came to be made. */
export const linesStandInOrder: Check = {
  invariant: 22,
  needs: ['ingests', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    const accepted = acceptancesOf(facts)
    const ordered = facts.rows.deliveries.filter(({ orderKey }) => orderKey !== null)
    const lines = Map.groupBy(ordered, ({ webhookId, orderKey }) => `${webhookId} ${orderKey ?? ''}`)
    for (const line of lines.values()) {
      let latest = { from: Number.NEGATIVE_INFINITY, id: '' }
      for (const { id, eventId, webhookId } of line.sort((left, right) => (left.id < right.id ? -1 : 1))) {
        const acceptance = accepted.get(eventId)
        if (acceptance === undefined) continue
        looked()
        if (acceptance.until < latest.from) {
          broken(`goes after ${latest.id}, whose event was accepted later`, {
            deliveryId: id,
            webhookId,
            eventId,
          })
        }
        if (acceptance.from > latest.from) latest = { from: acceptance.from, id }
      }
    }
  },
}

/** When each event was accepted: after it was first asked for, and before that was first answered. */
function acceptancesOf(facts: Facts): Map<string, { from: number; until: number }> {
  const accepted = new Map<string, { from: number; until: number }>()
  for (const { askedAt, answeredAt, status, events } of facts.history.ingests ?? []) {
    if (!isSuccess(status)) continue
    const answered = answeredAt ?? Number.POSITIVE_INFINITY
    for (const { id } of events) {
      const { from = askedAt, until = answered } = accepted.get(id) ?? {}
      accepted.set(id, { from: Math.min(from, askedAt), until: Math.min(until, answered) })
    }
  }
  return accepted
}

function startsOf(facts: Facts, delivery: Delivery): number[] {
  return facts.requestsOf(delivery).map((request) => request.startedAt ?? request.at)
}
