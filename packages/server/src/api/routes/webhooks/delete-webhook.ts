import { z } from 'zod'
import { remove } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { idParams } from '../fields.ts'
import { asWebhook } from './carrier.ts'

export function deleteWebhook({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'deleteWebhook',
    method: 'DELETE',
    path: '/api/v1/webhooks/:id',
    tag: 'webhooks',
    summary: 'Delete a webhook',
    description: 'Waiting deliveries are cancelled. The log of its deliveries is kept.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    async handle({ caller: { organization }, params }) {
      const now = clock.now()
      asWebhook(
        await services.webhooks.change(organization.id, params.id, (current) =>
          remove(asWebhook(current), now),
        ),
      )
      return { status: 204, body: undefined }
    },
  })
}
