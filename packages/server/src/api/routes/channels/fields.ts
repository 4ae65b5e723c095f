import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { WEBHOOK_FIELDS } from '../webhooks/fields.ts'

/** What a channel hears unless its owner says otherwise: how webhooks and monitors fare. Alert rules address it by its id. */
export const EVENTS_DEFAULT = [
  'webhook.failing',
  'webhook.disabled',
  'webhook.recovered',
  'monitor.failing',
  'monitor.recovered',
] as const

/** What POST and PATCH have in common, beside the fields of the target. */
export const CHANNEL_FIELDS = {
  name: z.string().trim().min(1).max(LIMITS.channelNameCharactersMax),
  events: WEBHOOK_FIELDS.events.describe(
    'Event types to receive; `GET /api/v1/event-types` lists them. Default: news about webhooks and monitors (`webhook.failing`, `webhook.disabled`, `webhook.recovered`, `monitor.failing`, `monitor.recovered`). Alert rules and `notify` steps reach a channel by its id, whatever is listed here. List `alert.triggered` to receive every alert.',
  ),
}
