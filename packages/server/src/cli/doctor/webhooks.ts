import { maskUrls } from '../../core/masked-urls.ts'
import type { TroubledWebhook } from '../../store/survey.ts'
import { messageOf } from '../message-of.ts'
import { printable } from '../terminal.ts'
import { ok, warning, wrong, type Check, type CheckResult } from './check.ts'

const NAME = 'webhooks'
/** Webhooks that are named one by one; of more, only how many there are. */
const NAMED_MAX = 20
/** Beyond it nobody needs the exact number. */
const READ_MAX = 1_000

/** Which webhooks fail, or were disabled because they did? What their owners stopped is no trouble. */
export const checkWebhooks: Check = async ({ survey }) => {
  if (!survey.exists()) return []
  try {
    const troubled = await survey.troubledWebhooks(READ_MAX)
    if (troubled.length === 0)
      return [ok(NAME, 'No webhook is failing, and none was disabled for its failures')]
    const named = troubled.slice(0, NAMED_MAX).map(resultOf)
    const more = troubled.length - named.length
    if (more === 0) return named
    return [
      ...named,
      warning(NAME, `${more} more webhooks fail or were disabled`, 'List them: GET /api/v1/webhooks'),
    ]
  } catch (error) {
    return [wrong(NAME, `The webhooks cannot be read: ${messageOf(error)}`, 'See the check of the database.')]
  }
}

function resultOf({ id, organizationSlug, url, status, health, lastError }: TroubledWebhook): CheckResult {
  const state = status === 'active' ? `is ${health}` : `was disabled (${status})`
  const cause = lastError === null ? '' : `: ${printable(maskUrls(lastError))}`
  const advice =
    status === 'active'
      ? `Look at its attempts: GET /api/v1/webhooks/${id}/deliveries`
      : `Repair the receiver, then: POST /api/v1/webhooks/${id}/enable`
  return warning(NAME, `Webhook ${id} of ${organizationSlug} (${hostOf(url)}) ${state}${cause}`, advice)
}

/** The rest of a URL may be a secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url.split(':')[0] || 'unknown' : 'unknown'
}
