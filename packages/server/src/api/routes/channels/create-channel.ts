import { z } from 'zod'
import { CHANNEL_CARRIERS, CHANNEL_PHRASES } from '../../../carriers/index.ts'
import {
  DISABLE_AFTER_DEFAULT,
  FRESH_STATE,
  FRESH_TELLING,
  RETRY_SCHEDULE_DEFAULT,
  type Webhook,
} from '../../../core/webhook.ts'
import { SIGNATURES_DEFAULT } from '../../../sign/schemes.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { channelSchema } from '../../views/channel.ts'
import { showChannel } from '../webhooks/show.ts'
import { checkedEventTypes } from '../webhooks/event-types.ts'
import { CHANNEL_FIELDS, EVENTS_DEFAULT } from './fields.ts'
import { keptTarget, type GivenTarget } from './target.ts'

const SHARED_FIELDS = {
  name: CHANNEL_FIELDS.name,
  events: CHANNEL_FIELDS.events.default([...EVENTS_DEFAULT]),
}

type NewChannel = GivenTarget & { carrier: string; name: string; events: string[] }

/** One form for each carrier, told apart by its name. */
const forms = CHANNEL_CARRIERS.map(({ name, description, target }) =>
  z.strictObject({
    carrier: z.literal(name).describe(description),
    ...target.fields,
    ...SHARED_FIELDS,
  }),
)
const [example] = CHANNEL_CARRIERS

const body = z
  .discriminatedUnion('carrier', forms as unknown as [z.ZodObject<{ carrier: z.ZodLiteral<string> }>])
  .meta({
    id: 'NewChannel',
    examples: [{ carrier: example?.name, name: 'On call', ...example?.target.example }],
  }) as unknown as z.ZodType<NewChannel>

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
      `A channel delivers events to people, ${CHANNEL_PHRASES}, instead of a signed request. Each attempt writes the message anew ` +
      'from the event. Deliveries are retried, held and logged like those of a webhook, by the same schedule. ' +
      '`…/webhooks/{id}/test` sends a first message.',
    access: ['write'],
    feature: 'channels',
    body,
    answers: { 201: channelSchema },
    problems: ['url_not_allowed', 'unknown_event_type', 'idempotency_conflict'],
    async handle({ caller: { organization }, body: wanted, idempotency }) {
      const events = await checkedEventTypes(store, organization.id, wanted.events)
      const { carrier, name, events: _named, ...given } = wanted
      const owned = { organizationId: organization.id, id: ids.make('webhook'), carrier }
      const target = keptTarget({ services, settings }, owned, given)
      const channel = newChannel({ ...owned, ...target, description: name, events }, clock.now())
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createChannel',
        resourceId: channel.id,
        createdAt: channel.createdAt,
      })
      const created = await store.webhooks.create(channel, claim)
      const { row, headers } = await rowOf(created, (id) => store.webhooks.get(organization.id, id))
      return { status: 201, body: await showChannel(services, row, channel.createdAt), headers }
    },
  })
}

type ChannelFields = Pick<
  Webhook,
  'organizationId' | 'id' | 'carrier' | 'url' | 'sealedSecret' | 'description' | 'events'
>

function newChannel(fields: ChannelFields, now: number): Webhook {
  return {
    ...fields,
    scope: { type: 'organization' },
    signatures: [...SIGNATURES_DEFAULT],
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
    activatedAt: now,
    ...FRESH_STATE,
    telling: FRESH_TELLING,
  }
}
