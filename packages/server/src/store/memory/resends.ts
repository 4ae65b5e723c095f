import type { Delivery } from '../../core/delivery.ts'
import type { ResendPort } from '../rules/resend.ts'
import type { Tables } from './tables.ts'

export function createResendPort(tables: Tables, makeDeliveryId: () => string): ResendPort {
  return {
    newest: (delivery) => newestOf(tables, delivery.eventId, delivery.webhookId) ?? delivery,
    saveDelivery: (delivery) => tables.deliveries.put(delivery),
    addDelivery(delivery) {
      tables.deliveries.add(delivery)
      const { eventId, webhookId, id: newestId } = delivery
      if (delivery.resendOf !== null) tables.resends.put({ eventId, webhookId, newestId })
    },
    makeDeliveryId,
  }
}

/** The last delivery of an event at a webhook; null when there is none. */
export function newestOf(tables: Tables, eventId: string, webhookId: string): Delivery | null {
  const resent = tables.resends.get(`${eventId} ${webhookId}`)
  const newest = resent === null ? null : tables.deliveries.get(resent.newestId)
  if (newest !== null) return newest
  return (
    tables.deliveries.where('event', eventId).find((delivery) => delivery.webhookId === webhookId) ?? null
  )
}
