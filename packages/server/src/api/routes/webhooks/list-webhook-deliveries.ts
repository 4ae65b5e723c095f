import { z } from 'zod'
import { DELIVERY_STATES } from '../../../core/delivery.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { notFound } from '../../problems/error-handler.ts'
import { deliverySchema, deliveryView } from '../../views/delivery.ts'
import { idParams } from '../fields.ts'

export function listWebhookDeliveries({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listWebhookDeliveries',
    method: 'GET',
    path: '/api/v1/webhooks/:id/deliveries',
    tag: 'webhooks',
    summary: "List a webhook's deliveries",
    access: ['read'],
    feature: ['webhooks', 'channels'],
    params: idParams,
    query: z.strictObject({ state: z.enum(DELIVERY_STATES).optional(), ...PAGE_QUERY }),
    answers: { 200: listSchema(deliverySchema) },
    async handle({ caller: { organization }, params, query }) {
      const webhook = await store.webhooks.get(organization.id, params.id)
      if (webhook === null) throw notFound()
      const filter = { webhookId: webhook.id, ...(query.state && { state: query.state }) }
      const page = await store.deliveries.list(organization.id, filter, pageRequest('deliveries', query))
      return { status: 200, body: listBody('deliveries', page, deliveryView) }
    },
  })
}
