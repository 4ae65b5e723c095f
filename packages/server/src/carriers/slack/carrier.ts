import type { Carrier } from '../carrier.ts'
import { postMessage } from '../post-message.ts'
import { sealedUrl } from '../sealed-url.ts'
import { slackBody } from './slack-body.ts'

export const slack = {
  name: 'slack',
  phrase: 'to Slack',
  description:
    'A message to Slack, or to a service that accepts the same messages (Mattermost, Rocket.Chat).',
  target: sealedUrl(
    'The URL of an incoming webhook of Slack, or of a service that accepts the same messages (Mattermost, Rocket.Chat).',
    'https://hooks.slack.com/services/T000/B000/XXXX',
  ),
  start: (parts) => postMessage(parts, slackBody),
} as const satisfies Carrier
