import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { SeenRequest } from '../history.ts'
import { isSuccess } from '../ingests.ts'
import { wasCutOff } from './leases.ts'

/** 10 */
export const repeatsHaveAReason: Check = {
  invariant: 10,
  needs: ['rows', 'removals', 'requests', 'resends', 'replays'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId } of facts.rows.deliveries) {
      const requests = facts.requestsOf({ webhookId, eventId })
      requests.slice(1).forEach((request, index) => {
        looked()
        const acknowledged = requests
          .slice(0, index + 1)
          .findLast((one) => isSuccess(one.answer?.status ?? null))
        if (acknowledged === undefined || hasReason(facts, deliveryId, acknowledged, request)) return
        broken('sent again after it was acknowledged', { deliveryId, webhookId, eventId, at: request.at })
      })
    }
  },
}

function hasReason(facts: Facts, deliveryId: string, acknowledged: SeenRequest, again: SeenRequest): boolean {
  if (acknowledged.answerArrived === false || wasCutOff(facts, acknowledged, again)) return true
  const { resends = [], replays = [] } = facts.history
  return (
    resends.some((resend) => resend.deliveryId === deliveryId && resend.askedAt <= again.at) ||
    replays.some((replay) => replay.webhookId === again.webhookId && replay.askedAt <= again.at)
  )
}

/** 10: whatever is sent, under one id go the same bytes. */
export const sameBytesUnderOneId: Check = {
  invariant: 10,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    for (const { webhookId, headers, body, at } of facts.history.requests ?? []) {
      const eventId = headers['webhook-id'] ?? ''
      const event = facts.event(eventId)
      if (event === undefined) continue // Without a delivery, which invariant 5 tells of.
      looked()
      if (!event.body.equals(body)) broken('other bytes than the event has', { webhookId, eventId, at })
    }
  },
}
