import { z } from 'zod'
import { DELIVERY_STATES } from '../../../core/delivery.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { deliverySchema, deliveryView } from '../../views/delivery.ts'

const query = z.strictObject({
  webhook_id: z.string().optional(),
  event_id: z.string().optional(),
  state: z.enum(DELIVERY_STATES).optional(),
  ...PAGE_QUERY,
})

export function listDeliveries({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listDeliveries',
    method: 'GET',
    path: '/api/v1/deliveries',
    tag: 'deliveries',
    summary: 'List deliveries',
    access: ['read'],
    query,
    answers: { 200: listSchema(deliverySchema) },
    async handle({ caller: { organization }, query }) {
      const filter = {
        ...(query.webhook_id !== undefined && { webhookId: query.webhook_id }),
        ...(query.event_id !== undefined && { eventId: query.event_id }),
        ...(query.state !== undefined && { state: query.state }),
      }
      const page = await store.deliveries.list(organization.id, filter, pageRequest('deliveries', query))
      return { status: 200, body: listBody('deliveries', page, deliveryView) }
    },
  })
}
