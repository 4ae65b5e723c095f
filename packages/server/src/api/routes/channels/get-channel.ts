import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { channelSchema } from '../../views/channel.ts'
import { showChannel } from '../webhooks/show.ts'
import { idParams } from '../fields.ts'
import { asChannel } from '../webhooks/carrier.ts'

export function getChannel({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'getChannel',
    method: 'GET',
    path: '/api/v1/channels/:id',
    tag: 'channels',
    summary: 'Read a channel',
    access: ['read'],
    feature: 'channels',
    params: idParams,
    answers: { 200: channelSchema },
    async handle({ caller: { organization }, params }) {
      const channel = asChannel(await store.webhooks.get(organization.id, params.id))
      return { status: 200, body: await showChannel(services, channel, clock.now()) }
    },
  })
}
