import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import { shapeErrors } from '../field-errors.ts'
import type { Validator } from '../validator.ts'

/** Types of Table Schema (v1) that a column may have; those that nest JSON in a cell are left out. */
const FIELD_TYPES = [
  'string',
  'number',
  'integer',
  'boolean',
  'date',
  'time',
  'datetime',
  'year',
  'any',
] as const

const list = (what: string) => ({ error: `must be a list of 1 to ${LIMITS.csvFieldsMax} ${what}` })
const text = (error = 'must be a string') => z.string({ error })
const flag = z.boolean({ error: 'must be true or false' }).optional()
const count = z.int({ error: 'must be a whole number' }).min(0, { error: 'must be 0 or more' }).optional()
const bound = z.union([z.number(), z.string()], { error: 'must be a number or a string' }).optional()
const texts = z.array(text(), { error: 'must be a list of strings' }).max(LIMITS.csvValuesMax, {
  error: `must have at most ${LIMITS.csvValuesMax} entries`,
})
const character = z
  .string({ error: 'must be one character' })
  .regex(/^[^\r\n]$/, { error: 'must be one character' })

const constraintsSchema = z.strictObject(
  {
    required: flag,
    unique: flag,
    minimum: bound,
    maximum: bound,
    minLength: count,
    maxLength: count,
    pattern: text().optional(),
    enum: z
      .array(
        z.union([z.string(), z.number(), z.boolean()], {
          error: 'must be a string, a number, or true or false',
        }),
        {
          error: 'must be a list of values',
        },
      )
      .min(1, { error: 'must have at least one value' })
      .max(LIMITS.csvValuesMax, { error: `must have at most ${LIMITS.csvValuesMax} entries` })
      .optional(),
  },
  { error: 'must be an object such as {"required": true}' },
)

const fieldSchema = z.strictObject(
  {
    name: text('must be a name').min(1, { error: 'must be a name' }),
    type: z.enum(FIELD_TYPES, { error: `must be one of ${FIELD_TYPES.join(', ')}` }).optional(),
    format: text().optional(),
    constraints: constraintsSchema.optional(),
    trueValues: texts.optional(),
    falseValues: texts.optional(),
    decimalChar: character.optional(),
    groupChar: character.optional(),
    bareNumber: flag,
    // What only people read.
    title: text().optional(),
    description: text().optional(),
    example: z.unknown().optional(),
    rdfType: text().optional(),
  },
  { error: 'must be an object such as {"name": "price", "type": "number"}' },
)

const tableSchema = z.strictObject(
  {
    fields: z
      .array(fieldSchema, list('fields'))
      .min(1, list('fields'))
      .max(LIMITS.csvFieldsMax, list('fields')),
    missingValues: texts.optional(),
    primaryKey: z
      .union([text(), z.array(text()).min(1).max(LIMITS.csvFieldsMax)], {
        error: 'must be the name of a field, or a list of names',
      })
      .optional(),
    $schema: text().optional(),
    title: text().optional(),
    description: text().optional(),
  },
  { error: 'must be a Table Schema: an object with a list of fields' },
)

const configSchema = z.strictObject({
  schema: tableSchema,
  delimiter: character.optional(),
  quote: character.optional(),
  header: flag,
})

export type CsvTableConfig = z.infer<typeof configSchema>
export type TableSchema = CsvTableConfig['schema']
export type FieldSchema = TableSchema['fields'][number]
export type Constraints = NonNullable<FieldSchema['constraints']>

/** Judges a CSV table by a Table Schema (Frictionless, v1): `{ schema, delimiter, quote, header }`. */
export const csvTable = {
  name: 'csv-table',
  needsJson: false,
  judgesPages: false,
  readsFindings: false,
  compiledField: 'schema',
  checkConfig: (config) => shapeErrors(configSchema, config),
} as const satisfies Validator
