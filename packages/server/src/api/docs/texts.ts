import { CHANNEL_PHRASES } from '../../carriers/index.ts'
import type { Tag } from '../operation.ts'

export const DESCRIPTION = `Validation runs go in; signed, retried, observable webhooks come out.

Send the API key as \`X-API-Key: sk_live_…\` or \`Authorization: Bearer sk_live_…\`. The key belongs to one organization and
sees nothing of any other: the id of another organization's webhook is answered like an id that does not exist. A key
without the scope \`write\` sees URLs without their credentials: \`…\` replaces user and password, the values of parameters
such as \`token\`, and secret paths.

Errors are problem details (RFC 9457). Programs should check \`code\`; \`errors\` names the fields. Lists answer
\`{data, next_cursor}\`; send \`next_cursor\` as \`cursor\` to get the next page. A POST that creates something takes an
\`Idempotency-Key\`. For 24 hours, the same request with the same key creates nothing more: it is answered with what
the first one created, and the header \`Idempotent-Replayed: true\`. A different request with that key is refused. A slash at the end of a path makes no
difference.`

export const TAGS: readonly { name: Tag; description: string }[] = [
  {
    name: 'webhooks',
    description: 'Subscriptions: which events are sent to which URL, and how sending goes.',
  },
  {
    name: 'channels',
    description: `A channel delivers events to people, ${CHANNEL_PHRASES}, instead of a signed request.`,
  },
  {
    name: 'deliveries',
    description: 'One event that one webhook is to receive, with every attempt to send it.',
  },
  { name: 'events', description: 'What happened. The bytes of an event’s body never change.' },
  { name: 'event types', description: 'The catalogue.' },
  { name: 'runs', description: 'One execution of a workflow on one submission.' },
  { name: 'monitors', description: 'Pages that a workflow judges on a schedule.' },
  { name: 'workflows', description: 'Ordered steps that judge a submission.' },
  { name: 'alerts', description: 'Rules that are checked after each run, and the alerts they raised.' },
  { name: 'projects', description: 'Groups of workflows.' },
  { name: 'organizations', description: 'Tenants.' },
  { name: 'API keys', description: 'Who may call this API, and what they may do.' },
  { name: 'operations', description: 'For the people who run the server.' },
]
