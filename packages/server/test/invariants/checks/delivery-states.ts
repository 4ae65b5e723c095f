import { isFinished } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'
import { isSuccess } from '../ingests.ts'
import { recorded } from '../recorded.ts'

/** 3 */
export const restingDeliveries: Check = {
  invariant: 3,
  needs: ['rest', 'rows'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId, ...delivery } of facts.history.rows?.deliveries ?? []) {
      looked()
      const where = { deliveryId, webhookId, eventId }
      if (delivery.state === 'pending') broken('is still pending', where)
      if (delivery.leasedAt !== null) broken(`is still leased (${delivery.state})`, where)
      if (delivery.dueAt !== null) broken(`is ${delivery.state} and has an attempt planned`, where)
    }
  },
}

/** 4 */
export const deliveredMeansAcknowledged: Check = {
  invariant: 4,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    for (const { id: deliveryId, webhookId, eventId, state } of facts.rows.deliveries) {
      looked()
      const where = { deliveryId, webhookId, eventId }
      const attempts = facts.attemptsOf(deliveryId)
      for (const { number, outcome, statusCode } of attempts) {
        if ((outcome === 'delivered') === isSuccess(statusCode)) continue
        broken(`attempt ${number} is ${outcome} with status ${String(statusCode)}`, where)
      }
      const acknowledged = attempts.some((attempt) => isSuccess(attempt.statusCode))
      if (state === 'delivered' && !acknowledged) broken('is delivered without an acknowledgement', where)
      // One that is sent again by hand may be pending meanwhile.
      const settled = facts.history.atRest || isFinished(state)
      if (settled && state !== 'delivered' && acknowledged) broken(`is ${state} though acknowledged`, where)
    }
  },
}

/** 4, against what receivers answered. */
export const acknowledgementsWereGiven: Check = {
  invariant: 4,
  needs: ['rows', 'removals', 'requests'],
  run(facts, { looked, broken }) {
    for (const delivery of facts.rows.deliveries) {
      const { id: deliveryId, webhookId, eventId } = delivery
      const where = { deliveryId, webhookId, eventId }
      const { pairs, unseen } = recorded(facts, delivery)
      for (const { request, attempt } of pairs) {
        looked()
        const answered = request.answer?.status ?? null
        if (attempt.statusCode === null || attempt.statusCode === answered) continue
        broken(
          `attempt ${attempt.number} records ${attempt.statusCode}, the receiver answered ${String(answered)}`,
          { ...where, at: request.at },
        )
      }
      for (const { number, statusCode } of unseen) {
        broken(`attempt ${number} records ${String(statusCode)}, and no receiver had its request`, where)
      }
    }
  },
}
