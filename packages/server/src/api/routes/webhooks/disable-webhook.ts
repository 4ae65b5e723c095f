import { disable } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { subscriptionSchema } from '../../views/channel.ts'
import { idParams } from '../fields.ts'
import { showSubscription } from './show.ts'

export function disableWebhook({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'disableWebhook',
    method: 'POST',
    path: '/api/v1/webhooks/:id/disable',
    tag: 'webhooks',
    summary: 'Disable a webhook',
    description: 'Nothing is lost: matching events are held until the webhook is enabled again.',
    access: ['write'],
    feature: ['webhooks', 'channels'],
    params: idParams,
    answers: { 200: subscriptionSchema },
    async handle({ caller: { organization, key }, params }) {
      const now = clock.now()
      const webhook = await services.webhooks.change(organization.id, params.id, (current) =>
        disable(current, now),
      )
      if (webhook === null) throw notFound()
      return { status: 200, body: await showSubscription(services, webhook, key.scopes, now) }
    },
  })
}
