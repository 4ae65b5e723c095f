import { z } from 'zod'
import { CHANNEL_CARRIERS, findCarrier } from '../../carriers/index.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import { isChannel, pauseEnd, WEBHOOK_STATUSES, type Webhook } from '../../core/webhook.ts'
import { HELD_FIELDS, heldView, pausedUntilField, webhookSchema, webhookView } from './webhook.ts'
import type { Scope } from '../../core/organization.ts'
import type { WebhookTally } from '../../store/store.ts'
import type { WebhookFacts } from '../services.ts'

const STATE_FIELDS = {
  events: z.array(z.string()),
  status: z.enum(WEBHOOK_STATUSES),
  health: z.enum(['healthy', 'failing']).describe('`failing` after three failed attempts in a row.'),
  failure_count: z.int().describe('Failed attempts in a row, over all of its deliveries.'),
  last_error: z.string().nullable(),
  paused_until: pausedUntilField,
  ...HELD_FIELDS,
  created_at: z.string(),
}

const idField = z.string().describe('`webhook_…`: a channel is a webhook with another carrier.')

const [example] = CHANNEL_CARRIERS
const EXAMPLE = {
  id: 'webhook_0198c1a29f4e7c3b8d5e6f7081920a1b',
  carrier: example?.name ?? '',
  name: 'On call',
  ...example?.target.example,
  events: [
    'webhook.failing',
    'webhook.disabled',
    'webhook.recovered',
    'monitor.failing',
    'monitor.recovered',
  ],
  status: 'active',
  health: 'healthy',
  failure_count: 0,
  last_error: null,
  paused_until: null,
  held: 0,
  held_expired: { count: 0, last_at: null },
  created_at: '2025-03-22T14:30:00Z',
}

interface ChannelView {
  id: string
  carrier: string
  name: string
  [field: string]: unknown
}

const forms = CHANNEL_CARRIERS.map(({ name, description, target }) =>
  z.object({
    id: idField,
    carrier: z.literal(name).describe(description),
    name: z.string(),
    ...target.shown,
    ...STATE_FIELDS,
  }),
)

/** Only of a row that another version of the server wrote. */
const formOfUnknown = z
  .object({ id: idField, carrier: z.string(), name: z.string(), ...STATE_FIELDS })
  .describe('A channel whose carrier this version of the server does not know. Nothing is sent.')

export const channelSchema = z
  .union([...forms, formOfUnknown])
  .describe('The channel.')
  .meta({ id: 'Channel', examples: [EXAMPLE] }) as unknown as z.ZodType<ChannelView>

export function channelView(row: Webhook, facts: WebhookTally, now: number): ChannelView {
  return {
    id: row.id,
    carrier: row.carrier,
    name: row.description,
    ...findCarrier(row.carrier)?.target.show(row),
    events: row.events,
    status: row.status,
    health: row.health,
    failure_count: row.failureCount,
    last_error: row.lastError,
    paused_until: isoTimeOrNull(pauseEnd(row, now)),
    ...heldView(facts),
    created_at: isoTime(row.createdAt),
  }
}

/** What operations answer that work on both. */
export const subscriptionSchema = z.union([webhookSchema, channelSchema]).describe('The webhook or channel.')

/** As a key with `scopes` may see it, at `now`. */
export function subscriptionView(
  row: Webhook,
  facts: WebhookFacts,
  scopes: readonly Scope[],
  now: number,
): z.output<typeof subscriptionSchema> {
  return isChannel(row) ? channelView(row, facts, now) : webhookView(row, facts, scopes, now)
}
