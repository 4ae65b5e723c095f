import { z } from 'zod'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'

const configSchema = z.strictObject({
  schema: z.union([z.record(z.string(), z.unknown()), z.boolean()], {
    error: 'must be a JSON Schema: an object, or true or false',
  }),
})

/** Judges a JSON document by a JSON Schema: `{ schema }`, of draft-04 to 2020-12 as its `$schema` says. */
export const jsonSchema = {
  name: 'json-schema',
  needsJson: true,
  judgesPages: false,
  readsFindings: false,
  compiledField: 'schema',
  checkConfig: (config) => shapeErrors(configSchema, config),
} as const satisfies Validator
