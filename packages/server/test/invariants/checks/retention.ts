import { isFinished } from '../../../src/core/delivery.ts'
import type { Check } from '../check.ts'

/** 20 */
export const retentionTakesFinishedWork: Check = {
  invariant: 20,
  needs: ['removals'],
  run(facts, { looked, broken }) {
    for (const { at, before, rows } of facts.history.removals ?? []) {
      for (const { id: deliveryId, webhookId, eventId, state, leasedAt, endedAt } of rows.deliveries) {
        looked()
        const where = { deliveryId, webhookId, eventId, at }
        if (!isFinished(state)) broken(`retention took a delivery that is ${state}`, where)
        else if (leasedAt !== null) broken('retention took a delivery with an attempt under way', where)
        else if (endedAt === null || endedAt >= before) broken('retention took a delivery too early', where)
      }
    }
  },
}

/** 20 */
export const nothingLosesItsParent: Check = {
  invariant: 20,
  needs: ['rows'],
  run(facts, { looked, broken }) {
    const { events = [], deliveries = [], attempts = [] } = facts.history.rows ?? {}
    const eventIds = new Set(events.map((event) => event.id))
    const deliveryIds = new Set(deliveries.map((delivery) => delivery.id))
    for (const { id: deliveryId, webhookId, eventId } of deliveries) {
      looked()
      if (!eventIds.has(eventId)) broken('its event is gone', { deliveryId, webhookId, eventId })
    }
    for (const { deliveryId, number } of attempts) {
      looked()
      if (!deliveryIds.has(deliveryId)) broken(`attempt ${number} has lost its delivery`, { deliveryId })
    }
  },
}
