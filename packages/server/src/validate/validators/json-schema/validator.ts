import { z } from 'zod'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'
import { withSchemasOf } from './schemas-of-workflow.ts'

const schemaSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()], {
  error: 'must be a JSON Schema: an object, or true or false',
})

const configSchema = z.strictObject({
  schema: schemaSchema,
  schemas: z
    .record(z.string(), schemaSchema, {
      error: 'must be an object of JSON Schemas, by the addresses that $ref names',
    })
    .optional(),
  formats: z.enum(['enforced', 'ignored'], { error: 'must be "enforced" or "ignored"' }).optional(),
})

/**
 * Judges a JSON document by a JSON Schema: `{ schema }`, of draft-04 to 2020-12 as its `$schema` says. `schemas` are others that
 * it may refer to; with `formats: "ignored"` a value that is not in its `format` is no error.
 */
export const jsonSchema = {
  name: 'json-schema',
  needsJson: true,
  judgesPages: false,
  readsFindings: false,
  compiledField: 'schema',
  checkConfig: (config) => shapeErrors(configSchema, config),
  withOthers: withSchemasOf,
} as const satisfies Validator
