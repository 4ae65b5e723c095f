import { z } from 'zod'
import { enable } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { subscriptionSchema } from '../../views/channel.ts'
import { idParams } from '../fields.ts'
import { showSubscription } from './show.ts'

const body = z
  .strictObject({
    held: z
      .enum(['send', 'drop'])
      .optional()
      .describe(
        'What to do with the deliveries that were held: send them or drop them. Without it they are sent. But a webhook that was ' +
          'created with `enabled: false` and was never active drops them: it starts with the events that come from now on. ' +
          'Dropped deliveries end as `cancelled`, and `/replay` can still send them.',
      ),
  })
  .optional()
  .describe('Optional.')

export function enableWebhook({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'enableWebhook',
    method: 'POST',
    path: '/api/v1/webhooks/:id/enable',
    tag: 'webhooks',
    summary: 'Enable a webhook again',
    description:
      'Resets the failure count and the health. Also ends a pause that the receiver asked for with `Retry-After`, even when the ' +
      'webhook is enabled already.',
    access: ['write'],
    feature: ['webhooks', 'channels'],
    params: idParams,
    body,
    answers: { 200: subscriptionSchema },
    async handle({ caller: { organization, key }, params, body: wanted }) {
      const now = clock.now()
      const webhook = await services.webhooks.change(organization.id, params.id, (current) =>
        enable(current, wanted?.held ?? null, now),
      )
      if (webhook === null) throw notFound()
      return { status: 200, body: await showSubscription(services, webhook, key.scopes, now) }
    },
  })
}
