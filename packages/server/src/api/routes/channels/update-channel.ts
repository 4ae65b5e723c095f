import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { unpaused, type Webhook } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { channelSchema, channelView } from '../../views/channel.ts'
import { idParams } from '../fields.ts'
import { asChannel } from '../webhooks/carrier.ts'
import { checkedEventTypes } from '../webhooks/event-types.ts'
import { unpauseField } from '../webhooks/fields.ts'
import { CHANNEL_FIELDS } from './fields.ts'
import { mailTarget, slackTarget, type Target } from './target.ts'

const body = z
  .strictObject({ ...CHANNEL_FIELDS, paused_until: unpauseField })
  .partial()
  .meta({ id: 'ChannelChanges', examples: [{ recipients: ['oncall@example.com', 'ops@example.com'] }] })

type Changes = z.output<typeof body>

export function updateChannel({
  store,
  services,
  settings,
  clock,
}: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock'>) {
  /** Null when the target stays as it is. */
  function targetOf(channel: Webhook, { recipients, url }: Changes): Target | null {
    const owner = { organizationId: channel.organizationId, webhookId: channel.id }
    if (recipients !== undefined) refuseUnless(channel, 'email', 'recipients')
    if (url !== undefined) refuseUnless(channel, 'slack', 'url')
    if (recipients !== undefined) return mailTarget({ settings }, recipients)
    return url === undefined ? null : slackTarget({ services }, owner, url)
  }

  return operation({
    id: 'updateChannel',
    method: 'PATCH',
    path: '/api/v1/channels/:id',
    tag: 'channels',
    summary: 'Change a channel',
    description:
      'Fields that are left out stay as they are; what carries it cannot be changed. What waits for it goes where it leads now.',
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
      const target = targetOf(channel, changes)
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
      return { status: 200, body: channelView(asChannel(changed), now) }
    },
  })
}

function refuseUnless(channel: Webhook, carrier: 'email' | 'slack', field: string): void {
  if (channel.carrier === carrier) return
  const names = { email: 'by e-mail', slack: 'to Slack', webhook: '' }
  throw fieldProblem(
    'invalid_request',
    field,
    `This channel is carried ${names[channel.carrier]}; make another one to have it ${names[carrier]}.`,
  )
}
