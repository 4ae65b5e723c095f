import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { attemptView, deliveryView, deliveryWithAttemptsSchema } from '../../views/delivery.ts'
import { idParams } from '../fields.ts'

export function getDelivery({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getDelivery',
    method: 'GET',
    path: '/api/v1/deliveries/:id',
    tag: 'deliveries',
    summary: 'Read a delivery with its attempts',
    access: ['read'],
    params: idParams,
    answers: { 200: deliveryWithAttemptsSchema },
    async handle({ caller: { organization }, params }) {
      const delivery = await store.deliveries.get(organization.id, params.id)
      if (delivery === null) throw notFound()
      const [attempts, event] = await Promise.all([
        store.deliveries.attempts(organization.id, delivery.id),
        store.events.get(organization.id, delivery.eventId),
      ])
      const requestBody = event?.body ?? Buffer.alloc(0)
      return {
        status: 200,
        body: {
          ...deliveryView(delivery),
          attempts: attempts.map((attempt) => attemptView(attempt, requestBody)),
        },
      }
    },
  })
}
