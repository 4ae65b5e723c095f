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

/** As it is judged by. */
export type XmlSchemaConfig = z.infer<typeof configSchema> & {
  /** The schemas of the workflow's other steps. */
  others?: readonly string[]
}

const REFERS = /<(?:[^\s<>:]+:)?(?:include|import|redefine)[\s/>]/

/** What a schema includes or imports may stand in another step. */
function withSchemasOf(
  config: Record<string, unknown>,
  others: readonly Record<string, unknown>[],
): Record<string, unknown> {
  const { schema, schemas = {} } = config as XmlSchemaConfig
  const refers = [schema, ...Object.values(schemas)].some((each) => REFERS.test(each))
  if (!refers || others.length === 0) return config
  const configs = others as readonly XmlSchemaConfig[]
  const named = Object.fromEntries(configs.flatMap((other) => Object.entries(other.schemas ?? {})))
  return { ...config, schemas: { ...named, ...schemas }, others: configs.map((other) => other.schema) }
}

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
  withOthers: withSchemasOf,
} as const satisfies Validator
