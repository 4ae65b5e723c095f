import type { z } from 'zod'
import { isChannel } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { mayReadUrls, withoutCredentialsOf } from '../../shown-to.ts'
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
    async handle({ caller, params }) {
      const { organization } = caller
      const delivery = await store.deliveries.get(organization.id, params.id)
      if (delivery === null) throw notFound()
      const [attempts, event] = await Promise.all([
        store.deliveries.attempts(organization.id, delivery.id),
        store.events.get(organization.id, delivery.eventId),
      ])
      // Also of a deleted webhook: its receivers may still take what its URL held.
      const webhook = await store.webhooks.byId(delivery.webhookId)
      const sendsEvent = webhook === null || !isChannel(webhook)
      const requestBody = (sendsEvent ? event?.body : null) ?? Buffer.alloc(0)
      const shown: z.output<typeof deliveryWithAttemptsSchema>['attempts'] = []
      for (const attempt of attempts) shown.push(await attemptView(attempt, requestBody))
      const body = { ...deliveryView(delivery), attempts: shown }
      if (mayReadUrls(caller)) return { status: 200, body }
      if (webhook === null) return { status: 200, body }
      const heard = { last_error: body.last_error, attempts: body.attempts }
      return { status: 200, body: { ...body, ...withoutCredentialsOf(webhook.url, heard) } }
    },
  })
}
