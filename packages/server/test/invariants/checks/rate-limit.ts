import type { RateLimit } from '../../../src/core/webhook.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { ObserverMs, SeenRequest } from '../history.ts'
import { recorded } from '../recorded.ts'

/** An attempt lasts no longer, so one that began under other limits has ended by then. */
const ATTEMPT_MS_MAX = 31_000

/**
 * 23. A test is sent whatever the limit; a process that starts does not know what the last one sent. A second try within an
 * attempt is not held back.
 */
export const rateLimitIsKept: Check = {
  invariant: 23,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    const secondTries = new Set(
      facts.rows.deliveries.flatMap((delivery) =>
        recorded(facts, delivery).lost.map(({ request }) => request),
      ),
    )
    const byWebhook = Map.groupBy(facts.history.requests ?? [], (request) => request.webhookId)
    for (const [webhookId, requests] of byWebhook) {
      if (!facts.timelineOf(webhookId).changes.some((change) => change.webhook.rateLimit !== null)) continue
      const times = requests
        .filter((request) => !secondTries.has(request) && !isTest(facts, request))
        .map((request) => request.at)
        .sort((left, right) => left - right)
      times.forEach((from, index) => {
        const limit = limitAt(facts, webhookId, from)
        const to = times[index + (limit?.requests ?? 0)]
        if (limit === null || to === undefined || to - from >= limit.seconds * 1_000) return
        if (!holdsThroughout(facts, webhookId, limit, from - ATTEMPT_MS_MAX, to)) return
        broken(`${limit.requests + 1} requests in ${to - from} ms`, { webhookId, at: from })
      })
      looked()
    }
  },
}

function isTest(facts: Facts, { headers }: SeenRequest): boolean {
  return facts.event(headers['webhook-id'] ?? '')?.type === 'webhook.test'
}

function limitAt(facts: Facts, webhookId: string, at: ObserverMs): RateLimit | null {
  return facts.timelineOf(webhookId).during(at, at).at(-1)?.rateLimit ?? null
}

function holdsThroughout(
  facts: Facts,
  webhookId: string,
  limit: RateLimit,
  from: ObserverMs,
  to: ObserverMs,
): boolean {
  const same = facts
    .timelineOf(webhookId)
    .during(from, to)
    .every((webhook) => {
      if (webhook === null) return true // It was not there yet, and nothing was sent to it.
      const other = webhook.rateLimit
      return other?.requests === limit.requests && other.seconds === limit.seconds
    })
  const disturbed = facts.history.outages.some((outage) => outage.from <= to && outage.until >= from)
  return same && !disturbed
}
