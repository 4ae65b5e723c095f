import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { isMailAddress } from '../../../core/mail.ts'
import { WEBHOOK_FIELDS } from '../webhooks/fields.ts'

/** What a channel hears unless its owner says otherwise: how the webhooks fare. Alert rules address it by its id. */
export const EVENTS_DEFAULT = ['webhook.failing', 'webhook.disabled', 'webhook.recovered'] as const

/** What POST and PATCH have in common. */
export const CHANNEL_FIELDS = {
  name: z.string().trim().min(1).max(LIMITS.channelNameCharactersMax),
  recipients: z
    .array(
      z.string().refine(isMailAddress, 'Must be one e-mail address in ASCII, such as oncall@example.com.'),
    )
    .min(1)
    .max(LIMITS.mailRecipientsMax)
    .describe('Each sees the others. Repeated ones count once.'),
  url: WEBHOOK_FIELDS.url.describe(
    'Of an incoming webhook of Slack, or of what takes the same messages (Mattermost, Rocket.Chat). It is a credential: it is sealed, and no answer shows more of it than its origin.',
  ),
  events: WEBHOOK_FIELDS.events.describe(
    'Event types to hear; `GET /api/v1/event-types` lists them. Default: `webhook.failing`, `webhook.disabled` and `webhook.recovered`. Alert rules reach a channel by its id, whatever it hears; with `alert.triggered` here it hears every alert.',
  ),
}
