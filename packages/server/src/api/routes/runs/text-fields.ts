import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'

// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const NO_CONTROL = /^[^\x00-\x1f\x7f]*$/
const NO_CONTROL_MESSAGE = 'Must have no control characters.'

const label = (charactersMax: number) =>
  z.string().min(1).max(charactersMax).regex(NO_CONTROL, NO_CONTROL_MESSAGE)

/** What a caller may say about what was judged, whichever way it came. */
export const LABEL_FIELDS = {
  filename: label(255).nullable().default(null),
  subject: label(500).nullable().default(null).describe('Your own name for what is judged.'),
  url: z
    .url({ protocol: /^https?$/, error: 'Must be an http or https URL.' })
    .max(LIMITS.urlCharactersMax)
    .nullable()
    .default(null)
    .describe('Where the document can be found. Fetched only when no document is sent.'),
  metadata: z.record(z.string(), z.unknown()).default({}).describe('Your own data, kept with the run.'),
}

export const contentTypeField = label(255).nullable().default(null)
