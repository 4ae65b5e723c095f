import { z } from 'zod'
import {
  DISABLE_AFTER_DEFAULT,
  FRESH_STATE,
  FRESH_TELLING,
  RETRY_SCHEDULE_DEFAULT,
  type Webhook,
} from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { channelSchema, channelView } from '../../views/channel.ts'
import { checkedEventTypes } from '../webhooks/event-types.ts'
import { CHANNEL_FIELDS, EVENTS_DEFAULT } from './fields.ts'
import { mailTarget, slackTarget, type Target } from './target.ts'

const SHARED_FIELDS = {
  name: CHANNEL_FIELDS.name,
  events: CHANNEL_FIELDS.events.default([...EVENTS_DEFAULT]),
}

const body = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('email'), recipients: CHANNEL_FIELDS.recipients, ...SHARED_FIELDS }),
    z.strictObject({ kind: z.literal('slack'), url: CHANNEL_FIELDS.url, ...SHARED_FIELDS }),
  ])
  .meta({
    id: 'NewChannel',
    examples: [{ kind: 'email', name: 'On call', recipients: ['oncall@example.com'] }],
  })

export function createChannel({
  store,
  services,
  settings,
  clock,
  ids,
}: Pick<ApiContext, 'store' | 'services' | 'settings' | 'clock' | 'ids'>) {
  return operation({
    id: 'createChannel',
    method: 'POST',
    path: '/api/v1/channels',
    tag: 'channels',
    summary: 'Create a channel',
    description:
      'Messages that people read, by e-mail or to Slack, written anew from the event at each attempt. They are retried, held ' +
      'and logged as those of a webhook are, by the same schedule. `…/webhooks/{id}/test` sends a first one.',
    access: ['write'],
    feature: 'channels',
    body,
    answers: { 201: channelSchema },
    problems: ['url_not_allowed', 'unknown_event_type', 'idempotency_conflict'],
    async handle({ caller: { organization }, body: wanted, idempotency }) {
      const events = await checkedEventTypes(store, organization.id, wanted.events)
      const owner = { organizationId: organization.id, webhookId: ids.make('webhook') }
      const target =
        wanted.kind === 'email'
          ? mailTarget({ settings }, wanted.recipients)
          : slackTarget({ services }, owner, wanted.url)
      const channel = newChannel(owner, { ...wanted, events }, target, clock.now())
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createChannel',
        resourceId: channel.id,
        createdAt: channel.createdAt,
      })
      const created = await store.webhooks.create(channel, claim)
      const { row, headers } = await rowOf(created, (id) => store.webhooks.get(organization.id, id))
      return { status: 201, body: channelView(row, channel.createdAt), headers }
    },
  })
}

function newChannel(
  { organizationId, webhookId: id }: { organizationId: number; webhookId: string },
  { kind: carrier, name, events }: Pick<z.output<typeof body>, 'kind' | 'name' | 'events'>,
  target: Target,
  now: number,
): Webhook {
  return {
    id,
    organizationId,
    carrier,
    ...target,
    description: name,
    events,
    scope: { type: 'organization' },
    signatures: ['v1'],
    signingKey: null,
    retired: null,
    headers: {},
    retrySchedule: [...RETRY_SCHEDULE_DEFAULT],
    disableAfter: DISABLE_AFTER_DEFAULT,
    rateLimit: null,
    ordering: null,
    filter: null,
    revision: 1,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
    ...FRESH_STATE,
    telling: FRESH_TELLING,
  }
}
