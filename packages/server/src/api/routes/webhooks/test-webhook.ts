import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { attemptErrorSchema, exchangedSchema, exchangeView, responseSchema } from '../../views/delivery.ts'
import { idParams } from '../fields.ts'

const testResultSchema = z
  .object({
    delivery_id: z.string(),
    event_id: z.string(),
    delivered: z.boolean().describe('Whether the receiver answered with a 2xx status.'),
    status_code: z.int().nullable(),
    duration_ms: z.number().nullable(),
    error: attemptErrorSchema,
    request: exchangedSchema.nullable(),
    response: responseSchema,
  })
  .describe('The result of the test, even when the receiver refused it.')
  .meta({ id: 'WebhookTestResult' })

export function testWebhook({ store, services }: Pick<ApiContext, 'store' | 'services'>) {
  return operation({
    id: 'testWebhook',
    method: 'POST',
    path: '/api/v1/webhooks/:id/test',
    tag: 'webhooks',
    summary: 'Send a test event',
    description:
      'Sends one `webhook.test` at once, even to a disabled webhook, and waits up to 30 seconds for the answer. ' +
      'It is not retried, and it does not change health or failure count.',
    access: ['write'],
    feature: ['webhooks', 'channels'],
    params: idParams,
    answers: { 200: testResultSchema },
    problems: ['overloaded', 'shutting_down'],
    async handle({ caller: { organization }, params }) {
      const webhook = await store.webhooks.get(organization.id, params.id)
      if (webhook === null) throw notFound()
      const { deliveryId, eventId, attempt, requestBody } = await services.webhooks.test(
        organization,
        webhook,
      )
      return {
        status: 200,
        body: {
          delivery_id: deliveryId,
          event_id: eventId,
          delivered: attempt.outcome === 'delivered',
          status_code: attempt.statusCode,
          duration_ms: attempt.durationMs,
          ...(await exchangeView(attempt, requestBody)),
        },
      }
    },
  })
}
