import { z } from 'zod'

/** Field schemas that several resources share. */

export const idParams = z.strictObject({ id: z.string() })

/** Lower-case words with hyphens. Not digits only: a workflow's path segment may be its id or its slug. */
export const slugField = z
  .string()
  .max(64)
  .regex(
    /^(?!\d+$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    'Must be lower-case letters, digits and single hyphens, and not digits only.',
  )

export const nameField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // eslint-disable-next-line no-control-regex -- control characters are what it refuses
  .regex(/^[^\x00-\x1f\x7f]*$/, 'Must have no control characters.')
