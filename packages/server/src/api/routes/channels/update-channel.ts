import { z } from 'zod'
import { CHANNEL_CARRIERS } from '../../../carriers/index.ts'
import { unpaused } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { channelSchema } from '../../views/channel.ts'
import { showChannel } from '../webhooks/show.ts'
import { idParams } from '../fields.ts'
import { asChannel } from '../webhooks/carrier.ts'
import { checkedEventTypes } from '../webhooks/event-types.ts'
import { unpauseField } from '../webhooks/fields.ts'
import { CHANNEL_FIELDS } from './fields.ts'
import { changedTarget, keptTarget, TARGET_FIELDS } from './target.ts'

const body = z
  .strictObject({ ...CHANNEL_FIELDS, ...TARGET_FIELDS, paused_until: unpauseField })
  .partial()
  .meta({ id: 'ChannelChanges', examples: [{ name: 'On call', ...CHANNEL_CARRIERS[0]?.target.example }] })

export function updateChannel({
  store,
  services,
  settings,
  clock,
}: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock'>) {
  return operation({
    id: 'updateChannel',
    method: 'PATCH',
    path: '/api/v1/channels/:id',
    tag: 'channels',
    summary: 'Change a channel',
    description:
      'Fields that you leave out stay as they are. The carrier cannot be changed. Waiting deliveries go to the new target.',
    access: ['write'],
    feature: 'channels',
    params: idParams,
    body,
    answers: { 200: channelSchema },
    problems: ['url_not_allowed', 'unknown_event_type'],
    async handle({ caller: { organization }, params, body: changes }) {
      // First of all, so that what a foreign id answers does not depend on the body.
      const channel = asChannel(await store.webhooks.get(organization.id, params.id))
      const events = changes.events && (await checkedEventTypes(store, organization.id, changes.events))
      const given = changedTarget(channel, changes)
      const target = given && keptTarget({ services, settings }, channel, given)
      const now = clock.now()
      const isFree = target !== null || changes.paused_until === null
      const changed = await services.webhooks.change(organization.id, params.id, (current) => ({
        webhook: {
          ...(isFree ? unpaused(current, now) : current),
          ...target,
          description: changes.name ?? current.description,
          events: events ?? current.events,
          updatedAt: now,
        },
        waiting: [],
      }))
      return { status: 200, body: await showChannel(services, asChannel(changed), now) }
    },
  })
}
