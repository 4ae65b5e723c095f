import { z } from 'zod'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'

const SCHEMA = 'must be the text of an XML Schema (XSD 1.0), as a string'

const configSchema = z.strictObject({ schema: z.string({ error: SCHEMA }).min(1, { error: SCHEMA }) })

/** Judges an XML document by an XML Schema, which stands in the configuration as a whole: `{ schema }`, XSD 1.0. */
export const xmlSchema = {
  name: 'xml-schema',
  needsJson: false,
  judgesPages: false,
  readsFindings: false,
  compiledField: 'schema',
  checkConfig: (config) => shapeErrors(configSchema, config),
} as const satisfies Validator
