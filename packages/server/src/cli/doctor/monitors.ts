import { maskUrls } from '../../core/masked-urls.ts'
import { messageOf } from '../message-of.ts'
import { printable } from '../terminal.ts'
import { ok, warning, wrong, type Check, type CheckResult } from './check.ts'

const NAME = 'monitors'
/** Monitors that are named one by one; of more, only how many there are. */
const NAMED_MAX = 20
/** Beyond it nobody needs the exact number. */
const READ_MAX = 1_000

/** Which watched pages cannot be judged? Those whose owners disabled the monitor are no trouble. */
export const checkMonitors: Check = async ({ survey }) => {
  if (!survey.exists()) return []
  try {
    const failing = await survey.failingMonitors(READ_MAX)
    if (failing.length === 0) return [ok(NAME, 'Every watched page could be judged in its last run')]
    const named = failing
      .slice(0, NAMED_MAX)
      .map(({ id, organizationSlug, name, url, lastError }): CheckResult => {
        const page = printable(name === url ? maskUrls(url) : `${maskUrls(name)}, ${maskUrls(url)}`)
        const cause = lastError === null ? '' : `: ${printable(maskUrls(lastError))}`
        return warning(
          NAME,
          `Monitor ${id} of ${organizationSlug} (${page}) is failing${cause}`,
          `When the page is repaired: POST /api/v1/monitors/${id}/run`,
        )
      })
    const more = failing.length - named.length
    if (more === 0) return named
    return [...named, warning(NAME, `${more} more monitors fail`, 'List them: GET /api/v1/monitors')]
  } catch (error) {
    return [wrong(NAME, `The monitors cannot be read: ${messageOf(error)}`, 'See the check of the database.')]
  }
}
