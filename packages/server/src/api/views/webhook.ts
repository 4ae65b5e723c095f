import { z } from 'zod'
import { webhook as carrier } from '../../carriers/webhook/carrier.ts'
import type { Scope } from '../../core/organization.ts'
import { LIMITS } from '../../core/limits.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import { ORDERINGS, pauseEnd, retiredAt, WEBHOOK_STATUSES, type Webhook } from '../../core/webhook.ts'
import { covers } from '../../identity/scopes.ts'
import { loggedHeaderValue } from '../../sign/logged-headers.ts'
import { KEY_PAIR_NAMES } from '../../sign/schemes.ts'
import type { Counted, WebhookTally } from '../../store/store.ts'
import { FILTER_WARNINGS, type WebhookFacts } from '../services.ts'

export const scopeSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('organization') }),
    z.strictObject({ type: z.literal('project'), id: z.string().describe('`proj_…`') }),
    z.strictObject({ type: z.literal('workflow'), id: z.int().positive() }),
  ])
  .describe('Which events it receives: those of the whole organization, of one project, or of one workflow.')

/** Of a webhook or channel. */
export const pausedUntilField = z
  .string()
  .nullable()
  .describe(
    'Until when the receiver asked to be left alone, with `Retry-After` on a 429 or 503; at most a day ahead. Null when there ' +
      'is no such pause. Meanwhile only tests and deliveries resent by hand are sent, and no failure counts. Enabling the ' +
      'webhook, a new URL, or `"paused_until": null` in a PATCH ends the pause at once.',
  )

/** Of what has a filter, or an expression like one. */
export const warningsField = z
  .array(
    z.object({
      code: z.enum(FILTER_WARNINGS),
      field: z.string().describe('The field of this resource that the warning is about.'),
      message: z.string().describe('What is wrong, where in the expression, and what was probably meant.'),
    }),
  )
  .nullable()
  .describe(
    'Signs that the CEL expression does not do what it was meant to do, by the event types as they are declared now. ' +
      '`filter_field_unknown`: it names a field that no schema declares, although the schema allows more fields. ' +
      '`filter_never_equal`: a comparison always has the same result. `filter_kind_mismatch`: it uses a value in a way that ' +
      'its kind does not allow. `filter_never_true`: it is true for no event of some type, or, after a type was changed, for ' +
      'no event at all. Null when it cannot be judged at the moment.',
  )

const countedField = z.object({
  count: z.int().describe('Since it was made.'),
  last_at: z.string().nullable().describe('When this was last so; null when it never was.'),
})

/** What is held of a webhook or channel. */
export const HELD_FIELDS = {
  held: z
    .int()
    .describe(
      `Deliveries that are held now, until it is enabled: \`…/deliveries?state=held\` lists them. One answer counts up to ${LIMITS.heldCountedMax}, which a list shares evenly among its webhooks.`,
    ),
  held_expired: countedField.describe(
    'Held deliveries that became older than the retention, and ended as `cancelled`. `/replay` can send those that are still in the log.',
  ),
}

const TALLY_FIELDS = {
  ...HELD_FIELDS,
  filtered_out: countedField.describe(
    'Events of its types and scope that its filter passed over: because it was false, or could not be worked out.',
  ),
}

export function heldView({ held, heldExpired }: WebhookTally) {
  return { held, held_expired: countedView(heldExpired) }
}

function tallyView(tally: WebhookTally) {
  return { ...heldView(tally), filtered_out: countedView(tally.filteredOut) }
}

function countedView({ count, lastAt }: Counted) {
  return { count, last_at: isoTimeOrNull(lastAt) }
}

/** The six fields of ValidGraph's contract come first, in its order. */
const CONTRACT_FIELDS = {
  id: z.string().describe('`webhook_…`'),
  ...carrier.target.shown,
  events: z.array(z.string()),
  status: z.enum(WEBHOOK_STATUSES),
  created_at: z.string(),
  last_triggered_at: z.string().nullable(),
}

const OTHER_FIELDS = {
  description: z.string(),
  enabled: z.boolean().describe('True exactly when `status` is `active`.'),
  health: z.enum(['healthy', 'failing']).describe('`failing` after three failed attempts in a row.'),
  failure_count: z.int().describe('Failed attempts in a row, over all of its deliveries.'),
  last_error: z.string().nullable(),
  paused_until: pausedUntilField,
  retry_schedule: z.array(z.number()).describe('Waits before each retry, in seconds.'),
  disable_after: z
    .int()
    .describe('Failed attempts in a row after which it is disabled; 0 never disables it.'),
  headers: z
    .record(z.string(), z.string())
    .describe(
      'Sent with every request. A key without the scope `write` sees `[redacted]` instead of values that look like credentials.',
    ),
  scope: scopeSchema,
  filter: z
    .string()
    .nullable()
    .describe('A CEL expression on the body. Only events for which it is true are sent.'),
  warnings: warningsField,
  ...TALLY_FIELDS,
  ordering: z
    .enum(ORDERINGS)
    .nullable()
    .describe('Whether events are sent strictly one after the other. Null when they are not.'),
  rate_limit: z.object({ requests: z.int(), seconds: z.int() }).nullable(),
  signatures: z.array(z.string()).describe('The signature schemes in the header `webhook-signature`.'),
  public_key: z
    .string()
    .nullable()
    .describe(`\`whpk_…\`, which verifies ${KEY_PAIR_NAMES}. Null until the webhook asks for it.`),
  previous_secret_expires_at: z
    .string()
    .nullable()
    .describe('Until when the secret that a rotation replaced also signs. Null when there is none.'),
}

const EXAMPLE = {
  id: 'webhook_0198c1a29f4e7c3b8d5e6f7081920a1b',
  ...carrier.target.example,
  events: ['validation.failed', 'score.dropped'],
  status: 'active',
  created_at: '2025-03-22T14:30:00Z',
  last_triggered_at: null,
}

const OTHER_EXAMPLE = {
  description: 'Orders',
  enabled: true,
  health: 'healthy',
  failure_count: 0,
  last_error: null,
  paused_until: null,
  retry_schedule: [60, 300, 1800, 3600],
  disable_after: 5,
  headers: { 'X-Team': 'shop' },
  scope: { type: 'organization' },
  filter: null,
  warnings: [],
  held: 0,
  held_expired: { count: 0, last_at: null },
  filtered_out: { count: 0, last_at: null },
  ordering: null,
  rate_limit: null,
  signatures: ['v1'],
  public_key: null,
  previous_secret_expires_at: null,
}

export const webhookSchema = z
  .object({ ...CONTRACT_FIELDS, ...OTHER_FIELDS })
  .describe('The webhook.')
  .meta({ id: 'Webhook', examples: [{ ...EXAMPLE, ...OTHER_EXAMPLE }] })

export const webhookWithSecretSchema = z
  .object({
    ...CONTRACT_FIELDS,
    secret: z.string().describe('The signing secret. Shown in this answer only.'),
    ...OTHER_FIELDS,
  })
  .describe('The webhook, with its signing secret.')
  .meta({ id: 'WebhookWithSecret', examples: [{ ...EXAMPLE, secret: 'whsec_…', ...OTHER_EXAMPLE }] })

/** A webhook as a key with `scopes` may see it, at `now`. */
export function webhookView(
  webhook: Webhook,
  facts: WebhookFacts,
  scopes: readonly Scope[],
  now: number,
): z.output<typeof webhookSchema> {
  return {
    id: webhook.id,
    ...carrier.target.show(webhook),
    events: webhook.events,
    status: webhook.status,
    created_at: isoTime(webhook.createdAt),
    last_triggered_at: isoTimeOrNull(webhook.lastTriggeredAt),
    description: webhook.description,
    enabled: webhook.status === 'active',
    health: webhook.health,
    failure_count: webhook.failureCount,
    last_error: webhook.lastError,
    paused_until: isoTimeOrNull(pauseEnd(webhook, now)),
    retry_schedule: webhook.retrySchedule,
    disable_after: webhook.disableAfter,
    headers: covers(scopes, 'write') ? webhook.headers : withoutCredentials(webhook.headers),
    scope: webhook.scope,
    filter: webhook.filter,
    warnings: facts.warnings,
    ...tallyView(facts),
    ordering: webhook.ordering,
    rate_limit: webhook.rateLimit,
    signatures: webhook.signatures,
    public_key: webhook.signingKey?.publicKey ?? null,
    previous_secret_expires_at: isoTimeOrNull(retiredAt(webhook, now)?.until ?? null),
  }
}

/** Who may only read must not learn what would let them call the receiver themselves. */
function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, loggedHeaderValue(name, value)]),
  )
}
