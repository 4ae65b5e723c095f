import { z } from 'zod'
import { addressesOf } from '../../core/mail.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import { pauseEnd, WEBHOOK_STATUSES, type Webhook } from '../../core/webhook.ts'
import { pausedUntilField, webhookSchema, webhookView } from './webhook.ts'
import type { Scope } from '../../core/organization.ts'

const STATE_FIELDS = {
  events: z.array(z.string()),
  status: z.enum(WEBHOOK_STATUSES),
  health: z.enum(['healthy', 'failing']).describe('`failing` after three failed attempts in a row.'),
  failure_count: z.int().describe('Failed attempts in a row, over all of its deliveries.'),
  last_error: z.string().nullable(),
  paused_until: pausedUntilField,
  created_at: z.string(),
}

const idField = z.string().describe('`webhook_…`: a channel is a webhook that is carried otherwise.')

const EXAMPLE = {
  id: 'webhook_0198c1a29f4e7c3b8d5e6f7081920a1b',
  kind: 'email',
  name: 'On call',
  recipients: ['oncall@example.com'],
  events: ['webhook.failing', 'webhook.disabled', 'webhook.recovered'],
  status: 'active',
  health: 'healthy',
  failure_count: 0,
  last_error: null,
  paused_until: null,
  created_at: '2025-03-22T14:30:00Z',
}

export const channelSchema = z
  .discriminatedUnion('kind', [
    z.object({
      id: idField,
      kind: z.literal('email'),
      name: z.string(),
      recipients: z.array(z.string()),
      ...STATE_FIELDS,
    }),
    z.object({
      id: idField,
      kind: z.literal('slack'),
      name: z.string(),
      url: z.string().describe('Its origin and `/…`: the whole URL is a secret, and is never shown again.'),
      ...STATE_FIELDS,
    }),
  ])
  .describe('The channel.')
  .meta({ id: 'Channel', examples: [EXAMPLE] })

export function channelView(row: Webhook, now: number): z.output<typeof channelSchema> {
  const { id, description: name } = row
  const state = {
    events: row.events,
    status: row.status,
    health: row.health,
    failure_count: row.failureCount,
    last_error: row.lastError,
    paused_until: isoTimeOrNull(pauseEnd(row, now)),
    created_at: isoTime(row.createdAt),
  }
  return row.carrier === 'email'
    ? { id, kind: 'email', name, recipients: addressesOf(row.url), ...state }
    : { id, kind: 'slack', name, url: row.url, ...state }
}

/** What operations answer that work on both. */
export const subscriptionSchema = z
  .union([webhookSchema, channelSchema])
  .describe('The webhook, or the channel if it is one.')

/** As a key with `scopes` may see it, at `now`. */
export function subscriptionView(
  row: Webhook,
  scopes: readonly Scope[],
  now: number,
): z.output<typeof subscriptionSchema> {
  return row.carrier === 'webhook' ? webhookView(row, scopes, now) : channelView(row, now)
}
