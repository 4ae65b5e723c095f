import { z } from 'zod'
import { remove } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { idParams } from '../fields.ts'
import { asChannel } from '../webhooks/carrier.ts'

export function deleteChannel({ services, clock }: Pick<ApiContext, 'services' | 'clock'>) {
  return operation({
    id: 'deleteChannel',
    method: 'DELETE',
    path: '/api/v1/channels/:id',
    tag: 'channels',
    summary: 'Delete a channel',
    description: 'Waiting deliveries are cancelled. The log of its deliveries is kept.',
    access: ['write'],
    feature: 'channels',
    params: idParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    async handle({ caller: { organization }, params }) {
      const now = clock.now()
      asChannel(
        await services.webhooks.change(organization.id, params.id, (current) =>
          remove(asChannel(current), now),
        ),
      )
      return { status: 204, body: undefined }
    },
  })
}
