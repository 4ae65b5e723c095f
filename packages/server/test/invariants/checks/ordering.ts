import type { Delivery } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { Ingest, ObserverMs } from '../history.ts'
import { byIdempotencyKey, isSuccess } from '../ingests.ts'

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

/** 22. A line stands in the order in which the store took its events, however their deliveries came to be made. */
export const linesStandInOrder: Check = {
  invariant: 22,
  needs: ['stored', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    const places = new Map((facts.history.stored ?? []).map((id, place) => [id, place]))
    for (const line of linesOf(facts)) {
      let latest = { place: -1, id: '' }
      for (const { id: deliveryId, eventId, webhookId } of line) {
        const place = places.get(eventId)
        if (place === undefined) continue
        looked()
        if (place < latest.place) {
          broken(`goes after ${latest.id}, whose event was stored later`, { deliveryId, webhookId, eventId })
        } else {
          latest = { place, id: deliveryId }
        }
      }
    }
  },
}

/** 22. And in the order in which those who asked could tell that they were accepted. */
export const linesStandAsAsked: Check = {
  invariant: 22,
  needs: ['ingests', 'rows', 'removals'],
  run(facts, { looked, broken }) {
    const accepted = acceptancesOf(facts)
    for (const line of linesOf(facts)) {
      let latest = { from: Number.NEGATIVE_INFINITY, id: '' }
      for (const { id: deliveryId, eventId, webhookId } of line) {
        const acceptance = accepted.get(eventId)
        if (acceptance === undefined) continue
        looked()
        if (acceptance.until < latest.from) {
          broken(`goes after ${latest.id}, whose event was accepted later`, {
            deliveryId,
            webhookId,
            eventId,
          })
        }
        if (acceptance.from > latest.from) latest = { from: acceptance.from, id: deliveryId }
      }
    }
  },
}

/** What stood or stands in each order, as it was made: ids are ordered as deliveries are made. */
function linesOf({ rows }: Facts): Delivery[][] {
  const ordered = rows.deliveries.filter(({ orderKey }) => orderKey !== null)
  const lines = Map.groupBy(ordered, ({ webhookId, orderKey }) => `${webhookId} ${orderKey ?? ''}`)
  return [...lines.values()].map((line) => line.sort((left, right) => (left.id < right.id ? -1 : 1)))
}

/**
 * When each event was accepted: before it was first answered, and after it was first asked for. That may have been in an
 * earlier request with the same idempotency key, which nobody answered, so that it does not name the event.
 */
function acceptancesOf(facts: Facts): Map<string, { from: number; until: number }> {
  const asked = new Map(byIdempotencyKey(facts).flatMap(firstAsked))
  const accepted = new Map<string, { from: number; until: number }>()
  for (const ingest of facts.history.ingests ?? []) {
    if (!isSuccess(ingest.status)) continue
    const askedAt = asked.get(ingest) ?? ingest.askedAt
    const answered = ingest.answeredAt ?? Number.POSITIVE_INFINITY
    for (const { id } of ingest.events) {
      const { from = askedAt, until = answered } = accepted.get(id) ?? {}
      accepted.set(id, { from: Math.min(from, askedAt), until: Math.min(until, answered) })
    }
  }
  return accepted
}

/** Each of the requests under one key, with when the first like it was made that may have been carried out. */
function firstAsked(underOneKey: readonly Ingest[]): [Ingest, ObserverMs][] {
  const first = new Map<string | undefined, ObserverMs>()
  return underOneKey.map((ingest) => {
    const { idempotency, askedAt, status } = ingest
    const hash = idempotency?.requestHash
    const earlier = first.get(hash) ?? askedAt
    if (status === null || isSuccess(status)) first.set(hash, earlier)
    return [ingest, earlier]
  })
}

function startsOf(facts: Facts, delivery: Delivery): number[] {
  return facts.requestsOf(delivery).map((request) => request.startedAt ?? request.at)
}
