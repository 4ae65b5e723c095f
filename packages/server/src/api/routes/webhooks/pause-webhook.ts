import { pause } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { subscriptionSchema } from '../../views/channel.ts'
import { idParams } from '../fields.ts'
import { showSubscription } from './show.ts'

export function pauseWebhook({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'pauseWebhook',
    method: 'POST',
    path: '/api/v1/webhooks/:id/pause',
    tag: 'webhooks',
    summary: 'Pause a webhook',
    description:
      'Use it for a while, such as during a deployment. Matching events are held until `/enable`. Unlike `/disable`, it keeps ' +
      'health and failure count. Does nothing when the webhook is stopped already.',
    access: ['write'],
    feature: ['webhooks', 'channels'],
    params: idParams,
    answers: { 200: subscriptionSchema },
    async handle({ caller: { organization, key }, params }) {
      const now = clock.now()
      const webhook = await services.webhooks.change(organization.id, params.id, (current) =>
        pause(current, now),
      )
      if (webhook === null) throw notFound()
      return { status: 200, body: await showSubscription(services, webhook, key.scopes, now) }
    },
  })
}
