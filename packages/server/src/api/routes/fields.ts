import { z } from 'zod'
import { fieldProblem } from '../../core/errors.ts'
import { NAME, SLUG } from '../../core/organization.ts'

/** Field schemas that several resources share. */

export const idParams = z.strictObject({ id: z.string() })

/** Lower-case words with hyphens. Not digits only: a workflow's path segment may be its id or its slug. */
export const slugField = z
  .string()
  .max(SLUG.charactersMax)
  .regex(SLUG.pattern, 'Must be lower-case letters, digits and single hyphens, and not digits only.')

export const nameField = z
  .string()
  .trim()
  .min(1)
  .max(NAME.charactersMax)
  .regex(NAME.pattern, 'Must have no control characters.')

/** An ISO 8601 time with its offset; `instantOf` turns it into what the store keeps. */
export const timeField = z.iso.datetime({ offset: true })

/** The years 1970 to 9999: what every store and every reader of ISO 8601 can write down. */
const INSTANT_MIN = 0
const INSTANT_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Milliseconds since the epoch. Throws `invalid_request` on `field`: an offset can move a time out of its year. */
export function instantOf(field: string, time: string): number {
  const instant = Date.parse(time)
  if (instant >= INSTANT_MIN && instant <= INSTANT_MAX) return instant
  throw fieldProblem('invalid_request', field, 'Must be in the years 1970 to 9999.')
}
