import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { webhookSchema } from '../../views/webhook.ts'
import { idParams } from '../fields.ts'
import { asWebhook } from './carrier.ts'
import { showWebhook } from './show.ts'

export function getWebhook({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'getWebhook',
    method: 'GET',
    path: '/api/v1/webhooks/:id',
    tag: 'webhooks',
    summary: 'Read a webhook',
    access: ['read'],
    feature: 'webhooks',
    params: idParams,
    answers: { 200: webhookSchema },
    async handle({ caller: { organization, key }, params }) {
      const webhook = asWebhook(await store.webhooks.get(organization.id, params.id))
      return { status: 200, body: await showWebhook(services, webhook, key.scopes, clock.now()) }
    },
  })
}
