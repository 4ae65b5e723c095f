import { CHANNEL_PHRASES } from '../../carriers/index.ts'
import type { Tag } from '../operation.ts'

export const DESCRIPTION = `Validation runs go in; signed, retried, observable webhooks come out.

Send the API key as \`X-API-Key: sk_live_…\` or \`Authorization: Bearer sk_live_…\`; it names the organization, and nothing
crosses it: an id of another organization is answered like one that does not exist. A key without the scope \`write\` is shown
URLs without the credentials in them: \`…\` stands for user and password, for the value of \`token\` and the like, and for secret paths.

Errors are problem details (RFC 9457): branch on \`code\`, read \`errors\` for the fields. Lists answer
\`{data, next_cursor}\`; give \`next_cursor\` back as \`cursor\`. A POST that creates something takes an \`Idempotency-Key\`:
within 24 hours the same request with the same key is answered with what the first one made (and the header
\`Idempotent-Replayed: true\`), another request with that key is refused. A slash at the end of a path makes no difference.`

export const TAGS: readonly { name: Tag; description: string }[] = [
  { name: 'webhooks', description: 'Subscriptions: where which events are sent, and how they fare.' },
  {
    name: 'channels',
    description: `A channel delivers events to people, ${CHANNEL_PHRASES}, instead of a signed request.`,
  },
  { name: 'deliveries', description: 'One event owed to one webhook, with every attempt made.' },
  { name: 'events', description: 'What happened. The bytes of a body never change.' },
  { name: 'event types', description: 'The catalogue.' },
  { name: 'runs', description: 'One execution of a workflow on one submission.' },
  { name: 'monitors', description: 'Pages that a workflow judges on a schedule.' },
  { name: 'workflows', description: 'Ordered steps that judge a submission.' },
  { name: 'alerts', description: 'Rules that are asked after each run, and what they found.' },
  { name: 'projects', description: 'Groups of workflows.' },
  { name: 'organizations', description: 'Tenants.' },
  { name: 'API keys', description: 'Who may call this API, and for what.' },
  { name: 'operations', description: 'For whoever runs the server.' },
]
