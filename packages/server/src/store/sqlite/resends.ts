import type { Delivery } from '../../core/delivery.ts'
import type { ResendPort } from '../rules/resend.ts'
import type { Connection } from './connection.ts'
import { createDeliveryWriter, DELIVERY_COLUMNS, DELIVERY_TABLES, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { idBytes } from './ids.ts'
import type { WebhookCache } from './webhook-cache.ts'

interface Place {
  event_seq: number
  webhook_seq: number
}

/** Deliveries that are made on top of what an event was owed to a webhook, or late. */
export function createResendPort(
  connection: Connection,
  webhooks: WebhookCache,
  makeDeliveryId: () => string,
): ResendPort {
  const selectPlace = connection.prepare<Place>('SELECT event_seq, webhook_seq FROM deliveries WHERE id = ?')
  const selectNewest = connection.prepare<DeliveryRecord>(`
    SELECT ${DELIVERY_COLUMNS} FROM ${DELIVERY_TABLES}
    WHERE d.event_seq = ? AND d.webhook_seq = ? ORDER BY d.resends DESC LIMIT 1`)
  const selectResends = connection.prepare<{ resends: number | null }>(
    'SELECT max(resends) AS resends FROM deliveries WHERE event_seq = ? AND webhook_seq = ?',
  )
  const countOn = connection.prepare<{ seq: number }>(
    'UPDATE events SET deliveries_left = deliveries_left + 1 WHERE organization_id = ? AND id = ? RETURNING seq',
  )
  const deliveries = createDeliveryWriter(connection)

  return {
    newest(delivery) {
      const place = selectPlace.get(idBytes('dlv', delivery.id))
      const row = place === undefined ? undefined : selectNewest.get(place.event_seq, place.webhook_seq)
      return row === undefined ? delivery : deliveryFrom(row)
    },
    saveDelivery: (delivery: Delivery) => deliveries.update(delivery),
    addDelivery(delivery: Delivery) {
      const event = countOn.get(delivery.organizationId, idBytes('evt', delivery.eventId))
      const webhookSeq = webhooks.byId(delivery.webhookId)?.seq
      if (event === undefined || webhookSeq === undefined) {
        throw new Error(`delivery ${delivery.id} is of an event or a webhook that is not there`)
      }
      const resends =
        delivery.resendOf === null ? 0 : (selectResends.get(event.seq, webhookSeq)?.resends ?? 0) + 1
      deliveries.insert(delivery, event.seq, webhookSeq, resends)
    },
    makeDeliveryId,
  }
}
