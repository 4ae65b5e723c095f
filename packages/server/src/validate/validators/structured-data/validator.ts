import { z } from 'zod'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'
import { FORMATS } from './thing.ts'

const TYPES_MAX = 50
const TYPE_CHARACTERS_MAX = 100

const configSchema = z.strictObject({
  types: z
    .array(
      z
        .string()
        .regex(/^[A-Za-z0-9]+$/, 'must be the short name of a schema.org type, such as Article')
        .max(TYPE_CHARACTERS_MAX),
      { error: 'must be a list of schema.org types, such as ["Article"]' },
    )
    .max(TYPES_MAX)
    .optional(),
  formats: z
    .array(z.enum(FORMATS, { error: `must be one of ${FORMATS.join(', ')}` }), {
      error: `must be a list of ${FORMATS.join(', ')}`,
    })
    .min(1, 'must name at least one format')
    .optional(),
})

/**
 * Judges the structured data of a web page (JSON-LD, Microdata, RDFa), or JSON-LD alone, by schema.org's vocabulary and by
 * what search engines ask of a type. `types` have to be there, or a kind of them; `formats` are those that are looked at,
 * all by default.
 */
export const structuredData = {
  name: 'structured-data',
  needsJson: false,
  judgesPages: true,
  readsFindings: false,
  compiledField: 'types',
  checkConfig: (config) => shapeErrors(configSchema, config),
} as const satisfies Validator
