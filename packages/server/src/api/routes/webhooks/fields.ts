import { z } from 'zod'
import { FILTER_DESCRIPTION } from '../../../accept/filter/description.ts'
import { webhook } from '../../../carriers/webhook/carrier.ts'
import { LIMITS } from '../../../core/limits.ts'
import { ORDERINGS } from '../../../core/webhook.ts'
import { RESERVED_HEADERS } from '../../../sign/reserved-headers.ts'
import {
  KEY_PAIR_NAMES,
  SIGNATURES_DEFAULT,
  STANDARD_NAMES,
  STANDARD_SCHEMES,
} from '../../../sign/schemes.ts'

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const PRINTABLE = /^[\x20-\x7e]*$/
const HEADER_NAME_CHARACTERS_MAX = 100

const staticHeaders = z
  .record(z.string(), z.string().max(LIMITS.webhookHeaderCharactersMax))
  .superRefine((headers, context) => {
    const names = Object.keys(headers)
    if (names.length > LIMITS.webhookHeadersMax) {
      context.addIssue({ code: 'custom', message: `Must have at most ${LIMITS.webhookHeadersMax} entries.` })
    }
    const seen = new Set<string>()
    for (const name of names) {
      const message = headerFault(name, headers[name] ?? '', seen)
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message })
      seen.add(name.toLowerCase())
    }
  })
  .describe(
    'Sent with every request, e.g. `{"Authorization": "Bearer …"}`. Headers that Sealpost sets are refused.',
  )

/** RFC 9110, sections 5.1 and 5.5, narrowed to ASCII: what every receiver reads the same way. */
function headerFault(name: string, value: string, seen: ReadonlySet<string>): string | null {
  if (!TOKEN.test(name) || name.length > HEADER_NAME_CHARACTERS_MAX) return 'Is not a valid header name.'
  if (RESERVED_HEADERS.has(name.toLowerCase())) return 'Is set by Sealpost itself and cannot be chosen.'
  if (seen.has(name.toLowerCase())) return 'Is given twice; header names are not case-sensitive.'
  if (!PRINTABLE.test(value) || value !== value.trim()) {
    return 'Must be printable ASCII without spaces at either end.'
  }
  return null
}

/** Of a PATCH. How long a receiver wants to be left alone is for the receiver to say; its owner may only end it. */
export const unpauseField = z
  .null()
  .describe(
    'Null ends the pause that the receiver asked for with `Retry-After`. Waiting deliveries are sent now.',
  )

/** What POST and PATCH have in common. */
export const WEBHOOK_FIELDS = {
  ...webhook.target.fields,
  events: z
    .array(z.string().max(200))
    .min(1)
    .max(LIMITS.webhookEventsMax)
    .describe('Event types to receive; `GET /api/v1/event-types` lists them. Repeated types count once.'),
  description: z.string().max(1_000),
  headers: staticHeaders,
  retry_schedule: z
    .array(z.number().min(0).max(LIMITS.retryWaitSecondsMax))
    .max(LIMITS.retryWaitsMax)
    .describe('Waits before each retry, in seconds; `[]` for no retries. Default `[60, 300, 1800, 3600]`.'),
  disable_after: z
    .int()
    .min(0)
    .max(LIMITS.disableAfterMax)
    .describe(
      'Disables the webhook after this many failed attempts in a row, once a delivery has used up its attempts. 0 never disables it. Default 5.',
    ),
  rate_limit: z
    .strictObject({
      requests: z.int().min(1).max(LIMITS.rateLimitRequestsMax),
      seconds: z.int().min(1).max(LIMITS.rateLimitSecondsMax),
    })
    .nullable()
    .describe(
      'At most `requests` in any window of `seconds`. A request counts until `seconds` after its answer. Null for no limit.',
    ),
  ordering: z
    .enum(ORDERINGS)
    .nullable()
    .describe(
      '`webhook`: each event waits until the one before it is delivered or given up. `key`: the same, but only among events with the same key; a failing event blocks its own key only. Null: no order. A change applies to events accepted from then on.',
    ),
  filter: z.string().trim().min(1).max(LIMITS.filterCharactersMax).nullable().describe(FILTER_DESCRIPTION),
  signatures: z
    .array(z.enum(STANDARD_NAMES))
    .min(1)
    .max(STANDARD_NAMES.length)
    .describe(
      `The signature schemes in the header \`webhook-signature\`: ${STANDARD_SCHEMES.map(({ name, summary }) => `\`${name}\` (${summary})`).join(', ')}. ` +
        `\`GET …/secret\` shows the public key of ${KEY_PAIR_NAMES}. Default \`${JSON.stringify(SIGNATURES_DEFAULT)}\`.`,
    ),
}
