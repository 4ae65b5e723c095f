import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import { startOf } from '../facts.ts'
import { pausesOf } from '../pauses.ts'
import { recorded } from '../recorded.ts'
import { momentOf } from '../timeline.ts'
import type { ObserverMs } from '../history.ts'

/** 7. Tests are sent whatever the webhook's status. */
export const nothingStartsOnceStopped: Check = {
  invariant: 7,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId, kind } of facts.rows.deliveries) {
      if (kind === 'test') continue
      for (const request of facts.requestsOf({ webhookId, eventId })) {
        const start = startOf(facts, request)
        if (start === null) continue
        looked()
        if (facts.timelineOf(webhookId).maybeLive(...start)) continue
        broken('an attempt started while its webhook was stopped', {
          ...{ deliveryId, webhookId, eventId },
          at: start[0],
        })
      }
    }
  },
}

/** 7. What has ended is not sent any more; by hand another delivery is made. On the store's clock. */
export const nothingStartsOnceEnded: Check = {
  invariant: 7,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    const setBackMs = facts.setBackMs(facts.history.startedAt, facts.history.endedAt)
    for (const { id: deliveryId, webhookId, eventId, endedAt, state } of facts.rows.deliveries) {
      if (endedAt === null) continue
      for (const { number, startedAt } of facts.attemptsOf(deliveryId)) {
        looked()
        if (startedAt <= endedAt + setBackMs) continue
        broken(`attempt ${number} started after the delivery was ${state}`, {
          deliveryId,
          webhookId,
          eventId,
        })
      }
    }
  },
}

/** 8: the schedule, on the store's clock. */
export const nothingStartsEarly: Check = {
  invariant: 8,
  needs: ['rows', 'removals', 'requests', 'resends', 'replays'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId } of facts.rows.deliveries) {
      const seen = new Map(
        recorded(facts, { webhookId, eventId })
          .pairs.filter(({ attempt }) => attempt.deliveryId === deliveryId)
          .map(({ request, attempt }) => [attempt.number, request.startedAt ?? request.at]),
      )
      const attempts = facts.attemptsOf(deliveryId)
      let tries = 0
      attempts.forEach((attempt, index) => {
        const isCounted = attempt.outcome !== 'unknown' && attempt.error?.code !== 'not_sent'
        if (isCounted) tries += 1
        const next = attempts[index + 1]
        if (next === undefined || attempt.outcome !== 'failed') return
        const from = seen.get(attempt.number)
        const to = seen.get(next.number)
        if (from === undefined || to === undefined || startedAnew(facts, webhookId, [from, to])) return
        if (wasAskedFor(facts, { deliveryId, webhookId }, [from, to])) return
        looked()
        const waitMs = scheduledMs(facts, webhookId, tries, [from, to])
        const waitedMs = next.startedAt - attempt.startedAt - (attempt.durationMs ?? 0)
        if (waitedMs >= waitMs - facts.setBackMs(from, to)) return
        broken(`attempt ${next.number} came ${waitedMs} ms after the one before, not ${waitMs}`, {
          ...{ deliveryId, webhookId, eventId },
          at: to,
        })
      })
    }
  },
}

/** Enabling a webhook makes what it held due at once. */
function startedAnew(facts: Facts, webhookId: string, span: [ObserverMs, ObserverMs]): boolean {
  return facts.timelineOf(webhookId).changed('enabled', ...span).length > 0
}

/** By hand a delivery that waits is sent at once. */
function wasAskedFor(
  { history: { resends = [], replays = [] } }: Facts,
  { deliveryId, webhookId }: { deliveryId: string; webhookId: string },
  [from, to]: [ObserverMs, ObserverMs],
): boolean {
  const asked = [
    ...resends.filter((resend) => resend.deliveryId === deliveryId),
    ...replays.filter((replay) => replay.webhookId === webhookId),
  ]
  return asked.some(({ askedAt, answeredAt }) => askedAt <= to && (answeredAt ?? to) >= from)
}

/** The shortest wait after so many tries that the webhook asked for between the two. */
function scheduledMs(facts: Facts, webhookId: string, tries: number, span: [ObserverMs, ObserverMs]): number {
  const schedules = facts.timelineOf(webhookId).during(...span)
  return Math.min(...schedules.map((webhook) => (webhook?.retrySchedule[tries - 1] ?? 0) * 1_000))
}

/**
 * 8: once a receiver has asked to be left alone, nothing of its webhook starts before the time it named, but for tests and
 * what is sent again by hand. Enabling the webhook, and its owner, end that.
 */
export const pausesAreKept: Check = {
  invariant: 8,
  needs: ['rows', 'removals', 'requests', 'resends'],
  run(facts, { looked, broken }) {
    const requests = Map.groupBy(facts.history.requests ?? [], (request) => request.webhookId)
    const byHand = byHandOf(facts)
    for (const { webhookId, from, forMs } of pausesOf(facts)) {
      looked()
      for (const request of requests.get(webhookId) ?? []) {
        const start = startOf(facts, request)
        if (start === null || start[0] <= from) continue
        const waitedMs = start[1] - from + facts.setForwardMs(from, start[1])
        if (waitedMs >= forMs || mayEnd(facts, webhookId, [from, start[1]])) continue
        const eventId = request.headers['webhook-id'] ?? ''
        if (facts.event(eventId)?.type === 'webhook.test' || byHand.has(`${webhookId} ${eventId}`)) continue
        broken(`an attempt started ${waitedMs} ms after the receiver asked for ${forMs}`, {
          ...{ webhookId, eventId },
          at: start[0],
        })
      }
    }
  },
}

function byHandOf(facts: Facts): Set<string> {
  return new Set(
    (facts.history.resends ?? []).flatMap(({ deliveryId, webhookId }) => {
      const delivery = facts.delivery(deliveryId)
      return delivery === undefined ? [] : [`${webhookId} ${delivery.eventId}`]
    }),
  )
}

/** Whether somebody may have ended a pause in between, or whoever had the answer stood still and had not read it yet. */
function mayEnd(facts: Facts, webhookId: string, [from, to]: [ObserverMs, ObserverMs]): boolean {
  const freed = facts.timelineOf(webhookId).changes.some((change) => {
    const [earliest, latest] = momentOf(change)
    return change.webhook.pausedUntil === null && earliest <= to && latest >= from
  })
  const stood = facts.history.outages.some(
    (outage) => outage.cause === 'freeze' && outage.from <= to && outage.until >= from,
  )
  return freed || stood
}
