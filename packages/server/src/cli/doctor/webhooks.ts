import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { maskUrls } from '../../core/masked-urls.ts'
import { messageOf } from '../message-of.ts'
import { printable } from '../terminal.ts'
import { ok, warning, wrong, type Check, type CheckResult } from './check.ts'

const NAME = 'webhooks'
const DATABASE_FILE = 'sealpost.db'
/** Webhooks that are named one by one; of more, only how many there are. */
const NAMED_MAX = 20

interface TroubledWebhook {
  id: string
  organization: string
  url: string
  status: string
  health: string
  last_error: string | null
}

/** Which webhooks fail, or were disabled because they did? What their owners stopped is no trouble. */
export const checkWebhooks: Check = ({ settings }) =>
  Promise.resolve(look(join(settings.dataDir, DATABASE_FILE)))

function look(path: string): CheckResult[] {
  if (!existsSync(path)) return []
  try {
    const troubled = readTroubled(path)
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
    return [
      wrong(NAME, `The webhooks cannot be read: ${messageOf(error)}`, 'See what is said of the database.'),
    ]
  }
}

/** At most one more than can be counted in words worth reading: 1,000. */
const READ_MAX = 1_000

function readTroubled(path: string): TroubledWebhook[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const isMade = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'webhooks'").get() !== undefined
    if (!isMade) return []
    const rows = database
      .prepare(
        `SELECT 'webhook_' || lower(hex(w.id)) AS id, o.slug AS organization, w.url, w.status, w.health, w.last_error
         FROM webhooks w JOIN organizations o ON o.id = w.organization_id
         WHERE w.deleted_at IS NULL
           AND (w.status IN ('disabled_too_many_failures', 'disabled_gone')
                OR (w.status = 'active' AND w.health <> 'healthy'))
         ORDER BY w.seq LIMIT ${READ_MAX}`,
      )
      .all()
    return rows as unknown as TroubledWebhook[]
  } finally {
    database.close()
  }
}

function resultOf({ id, organization, url, status, health, last_error }: TroubledWebhook): CheckResult {
  const state = status === 'active' ? `is ${health}` : `was disabled (${status})`
  const cause = last_error === null ? '' : `: ${printable(maskUrls(last_error))}`
  const advice =
    status === 'active'
      ? `Look at its attempts: GET /api/v1/webhooks/${id}/deliveries`
      : `Mend the receiver, then: POST /api/v1/webhooks/${id}/enable`
  return warning(NAME, `Webhook ${id} of ${organization} (${hostOf(url)}) ${state}${cause}`, advice)
}

/** The rest of a URL may be a secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url.split(':')[0] || 'unknown' : 'unknown'
}
