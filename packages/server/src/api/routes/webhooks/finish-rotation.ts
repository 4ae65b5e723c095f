import { finishRotation as finish } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { webhookSchema } from '../../views/webhook.ts'
import { idParams } from '../fields.ts'
import { refuseChannel } from './carrier.ts'
import { showWebhook } from './show.ts'

export function finishRotation({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'finishRotation',
    method: 'POST',
    path: '/api/v1/webhooks/:id/finish-rotation',
    tag: 'webhooks',
    summary: 'End a rotation now',
    description: 'The old secret stops signing. Does nothing when no rotation is under way.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    answers: { 200: webhookSchema },
    problems: ['not_for_channels'],
    async handle({ caller: { organization, key }, params }) {
      const now = clock.now()
      const webhook = await services.webhooks.change(organization.id, params.id, (current) =>
        finish(refuseChannel(current), now),
      )
      if (webhook === null) throw notFound()
      return { status: 200, body: await showWebhook(services, webhook, key.scopes, now) }
    },
  })
}
