import type { Attempt } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { DeliveryFilter, DeliveryRow, DeliveryStore } from '../store.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createDeliveryStore(tables: Tables): DeliveryStore {
  function find(organizationId: number, id: string): Delivery | null {
    const delivery = tables.deliveries.get(id)
    return delivery?.organizationId === organizationId ? delivery : null
  }

  function attemptsOf(deliveryId: string): Attempt[] {
    return tables.attempts.where('delivery', deliveryId).sort((left, right) => left.number - right.number)
  }

  function rowOf(delivery: Delivery): DeliveryRow {
    const last = attemptsOf(delivery.id).at(-1)
    return {
      ...delivery,
      eventType: tables.events.get(delivery.eventId)?.type ?? '',
      lastStatusCode: last?.statusCode ?? null,
      lastError: last?.error?.message ?? null,
    }
  }

  return {
    get: async (organizationId, id) =>
      tables.read(() => {
        const delivery = find(organizationId, id)
        return delivery === null ? null : rowOf(delivery)
      }),
    attempts: async (organizationId, deliveryId) =>
      tables.read(() => (find(organizationId, deliveryId) === null ? [] : attemptsOf(deliveryId))),
    list: async (organizationId, filter, page) =>
      tables.read(() => {
        const rows = tables.deliveries.where('organization', organizationId)
        const found = newestFirst(
          rows.filter((delivery) => passes(filter, delivery)),
          page,
        )
        return { rows: found.rows.map(rowOf), next: found.next }
      }),
  }
}

function passes(filter: DeliveryFilter, delivery: Delivery): boolean {
  return (
    (filter.webhookId === undefined || delivery.webhookId === filter.webhookId) &&
    (filter.eventId === undefined || delivery.eventId === filter.eventId) &&
    (filter.state === undefined || delivery.state === filter.state)
  )
}
