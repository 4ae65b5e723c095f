import type { Attempt } from '../../../src/core/attempt.ts'
import { LIMITS } from '../../../src/core/limits.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import { startOf } from '../facts.ts'
import { recorded } from '../recorded.ts'
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

/** 7. What has ended, a drop of held work say, is not sent any more, unless by hand. On the store's clock. */
export const nothingStartsOnceEnded: Check = {
  invariant: 7,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    const setBackMs = facts.setBackMs(facts.history.startedAt, facts.history.endedAt)
    for (const { id: deliveryId, webhookId, eventId, endedAt, state } of facts.rows.deliveries) {
      if (endedAt === null) continue
      for (const { kind, number, startedAt } of facts.attemptsOf(deliveryId)) {
        if (kind === 'manual') continue
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

/** 8, on the store's clock. */
export const nothingStartsEarly: Check = {
  invariant: 8,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId } of facts.rows.deliveries) {
      const seen = new Map(
        recorded(facts, { id: deliveryId, webhookId, eventId }).pairs.map(({ request, attempt }) => [
          attempt.number,
          request.at,
        ]),
      )
      const attempts = facts.attemptsOf(deliveryId)
      let tries = 0
      attempts.forEach((attempt, index) => {
        if (attempt.outcome !== 'unknown' && attempt.kind === 'auto') tries += 1
        const next = attempts[index + 1]
        if (next?.kind !== 'auto' || attempt.kind !== 'auto' || attempt.outcome !== 'failed') return
        const from = seen.get(attempt.number)
        const to = seen.get(next.number)
        if (from === undefined || to === undefined || startedAnew(facts, webhookId, [from, to])) return
        looked()
        const waitMs = Math.max(scheduledMs(facts, webhookId, tries, [from, to]), askedMs(attempt))
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

/** The shortest wait after so many tries that the webhook asked for between the two. */
function scheduledMs(facts: Facts, webhookId: string, tries: number, span: [ObserverMs, ObserverMs]): number {
  const schedules = facts.timelineOf(webhookId).during(...span)
  return Math.min(...schedules.map((webhook) => (webhook?.retrySchedule[tries - 1] ?? 0) * 1_000))
}

function askedMs({ statusCode, responseHeaders }: Attempt): number {
  if (statusCode !== 429 && statusCode !== 503) return 0
  const seconds = Number(responseHeaders?.['retry-after'] ?? 0)
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, LIMITS.retryAfterMsMax) : 0
}
