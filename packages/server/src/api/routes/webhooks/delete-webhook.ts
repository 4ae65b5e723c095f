import { z } from 'zod'
import { remove } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { idParams } from '../fields.ts'

export function deleteWebhook({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'deleteWebhook',
    method: 'DELETE',
    path: '/api/v1/webhooks/:id',
    tag: 'webhooks',
    summary: 'Delete a webhook',
    description: 'What still waits for it is cancelled; the log of its deliveries stays.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    async handle({ caller: { organization }, params }) {
      const now = clock.now()
      const webhook = await services.webhooks.change(organization.id, params.id, (current) =>
        remove(current, now),
      )
      if (webhook === null) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
