import type { Delivery } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { SeenRequest } from '../history.ts'
import { isSuccess } from '../ingests.ts'
import { recorded } from '../recorded.ts'
import { wasCutOff } from './leases.ts'

/** 10. A second try within an attempt is one whose answer did not come back; it has a reason when the attempt tells of it. */
export const repeatsHaveAReason: Check = {
  invariant: 10,
  needs: ['rows', 'removals', 'requests', 'resends', 'replays'],
  run(facts, { looked, broken }) {
    for (const delivery of facts.rows.deliveries) {
      const { id: deliveryId, webhookId, eventId } = delivery
      const requests = facts.requestsOf({ webhookId, eventId })
      requests.slice(1).forEach((request, index) => {
        looked()
        const acknowledged = requests
          .slice(0, index + 1)
          .findLast((one) => isSuccess(one.answer?.status ?? null))
        if (acknowledged === undefined || hasReason(facts, delivery, acknowledged, request)) return
        if (wasSentTwice(facts, delivery, acknowledged)) return
        broken('sent again after it was acknowledged', { deliveryId, webhookId, eventId, at: request.at })
      })
    }
  },
}

function hasReason(
  facts: Facts,
  { webhookId, eventId }: Delivery,
  acknowledged: SeenRequest,
  again: SeenRequest,
): boolean {
  if (acknowledged.answerArrived === false || wasCutOff(facts, acknowledged, again)) return true
  const { resends = [], replays = [] } = facts.history
  const isOf = (deliveryId: string): boolean => {
    const asked = facts.delivery(deliveryId)
    return asked?.webhookId === webhookId && asked.eventId === eventId
  }
  return (
    resends.some((resend) => isOf(resend.deliveryId) && resend.askedAt <= again.at) ||
    replays.some((replay) => replay.webhookId === again.webhookId && replay.askedAt <= again.at)
  )
}

/** What its receiver answered to it went down with the connection. */
function wasSentTwice(facts: Facts, delivery: Delivery, acknowledged: SeenRequest): boolean {
  if (acknowledged.answerArrived === true) return false
  return recorded(facts, delivery).lost.some(({ request }) => request === acknowledged)
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
