import { z } from 'zod'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'

const SCHEMA = 'must be the text of an XML Schema (XSD 1.0), as a string'
const text = z.string({ error: SCHEMA }).min(1, { error: SCHEMA })

const configSchema = z.strictObject({
  schema: text,
  schemas: z
    .record(z.string(), text, {
      error: 'must be more schemas, each by the name that schemaLocation gives it',
    })
    .optional(),
})

export type XmlSchemaConfig = z.infer<typeof configSchema>

/**
 * Judges an XML document by an XML Schema, XSD 1.0: `{ schema, schemas }`. What it includes or imports is one of `schemas`, by
 * its `schemaLocation`, or stands in another step of the workflow; nothing is fetched.
 */
export const xmlSchema = {
  name: 'xml-schema',
  needsJson: false,
  judgesPages: false,
  readsFindings: false,
  compiledField: 'schema',
  checkConfig: (config) => shapeErrors(configSchema, config),
} as const satisfies Validator
