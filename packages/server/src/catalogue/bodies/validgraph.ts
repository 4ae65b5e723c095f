import { z } from 'zod'
import { ALERT_SEVERITIES } from '../../core/alert.ts'
import {
  countField,
  projectIdField,
  scoreField,
  subjectField,
  timestampField,
  validationIdField,
  webhookIdField,
  workflowField,
} from './fields.ts'

/**
 * Bodies in ValidGraph's dialect: `{event, timestamp, data}`, as ValidGraph's webhook page documents them. What stands
 * in its examples is required here; what was added stands at the end of its object and is optional, so that the
 * documented examples remain valid.
 */
function bodySchema<const Type extends string, Data extends z.ZodObject>(type: Type, data: Data) {
  return z.object({ event: z.literal(type), timestamp: timestampField, data })
}

const validationErrorSchema = z.object({
  property: z.string().describe('The property with the error; "" when the error is not about one property'),
  message: z.string(),
  schema_type: z.string().describe('The schema type the property belongs to; "" when it has none').optional(),
  path: z.string().describe('Where in the document, a JSON Pointer; "" is the whole of it').optional(),
  code: z.string().describe('The rule that was broken').optional(),
})

const validationDataSchema = z.object({
  validation_id: validationIdField,
  url: subjectField,
  project_id: projectIdField,
  status: z
    .enum(['valid', 'invalid', 'error'])
    .describe('`invalid`: the data is bad. `error`: no verdict was reached.'),
  schema_type: z.string().describe('The schema type with the most errors; "" when no finding names a type'),
  errors: z.array(validationErrorSchema).describe('The first errors; `error_count` says how many there are'),
  score: scoreField.nullable().optional(),
  error_count: countField.optional(),
  warning_count: countField.optional(),
  workflow: workflowField.optional(),
  run_url: z.url().describe("The run's page").optional(),
  result: z
    .enum(['PASS', 'FAIL', 'ERROR', 'CANCELED', 'TIMED_OUT', 'UNKNOWN'])
    .describe('How the run ended; `status` is `error` for all but PASS and FAIL')
    .optional(),
})

/** `data` of a `validation.*` body that we make: with everything that was added. */
export type ValidationData = Required<z.infer<typeof validationDataSchema>> & {
  errors: Required<z.infer<typeof validationErrorSchema>>[]
}

export const validationCompletedSchema = bodySchema('validation.completed', validationDataSchema)
export const validationFailedSchema = bodySchema(
  'validation.failed',
  validationDataSchema.extend({ status: z.literal('invalid') }),
)

/** What ValidGraph's page does not have, at the end of its object. */
const originFields = {
  previous_validation_id: validationIdField.describe('The run that this one is compared with').optional(),
  workflow: workflowField.optional(),
  run_url: z.url().describe("The run's page").optional(),
}

const scoreDroppedDataSchema = z.object({
  project_id: projectIdField,
  previous_score: scoreField,
  current_score: scoreField,
  change: z.number().max(0).describe('`current_score` − `previous_score`'),
  url: subjectField,
  validation_id: validationIdField.optional(),
  threshold: z.number().describe("The workflow's `score_threshold`, in points").optional(),
  ...originFields,
})

export type ScoreDroppedData = Required<z.infer<typeof scoreDroppedDataSchema>>

export const scoreDroppedSchema = bodySchema('score.dropped', scoreDroppedDataSchema)

export const impactField = z
  .enum(['high', 'medium', 'low'])
  .describe('high: a type or a required property. medium: a recommended one. low: any other.')

const kindsField = z
  .array(z.string())
  .describe('What the values of a modified property are: `text`, `number`, `boolean`, `url`, or a type')

export const schemaChangeSchema = z.object({
  kind: z.enum(['type_added', 'type_removed', 'property_added', 'property_removed', 'property_modified']),
  schema_type: z.string(),
  property: z.string().describe('"" when the change is about the type itself'),
  impact: impactField,
  before: kindsField.optional(),
  after: kindsField.optional(),
})

export type SchemaChangeData = z.infer<typeof schemaChangeSchema>

const schemaChangedDataSchema = z.object({
  validation_id: validationIdField,
  url: subjectField,
  project_id: projectIdField,
  impact: impactField.describe('The highest impact among the changes'),
  changes: z.array(schemaChangeSchema).describe('The first changes; `change_count` says how many there are'),
  change_count: countField.optional(),
  ...originFields,
})

export type SchemaChangedData = Required<z.infer<typeof schemaChangedDataSchema>>

export const schemaChangedSchema = bodySchema('schema.changed', schemaChangedDataSchema)

const schemaRemovedDataSchema = z.object({
  validation_id: validationIdField,
  url: subjectField,
  project_id: projectIdField,
  schema_type: z.string().describe('The type that is gone'),
  ...originFields,
})

export type SchemaRemovedData = Required<z.infer<typeof schemaRemovedDataSchema>>

export const schemaRemovedSchema = bodySchema('schema.removed', schemaRemovedDataSchema)

const alertTriggeredDataSchema = z.object({
  validation_id: validationIdField,
  url: subjectField,
  project_id: projectIdField,
  alert_rule: z.object({ id: z.string(), name: z.string(), rule_type: z.string() }),
  severity: z.enum(ALERT_SEVERITIES),
  message: z.string(),
  alert_id: z.string().describe('The id to acknowledge the alert with').optional(),
  before: z
    .string()
    .nullable()
    .describe('The value in the previous run; null when nothing is compared')
    .optional(),
  after: z.string().nullable().optional(),
  score: scoreField.nullable().optional(),
  workflow: workflowField.optional(),
  run_url: z.url().describe("The run's page").optional(),
})

export type AlertTriggeredData = Required<z.infer<typeof alertTriggeredDataSchema>>

export const alertTriggeredSchema = bodySchema('alert.triggered', alertTriggeredDataSchema)

export const webhookTestSchema = bodySchema(
  'webhook.test',
  z.object({ webhook_id: webhookIdField, message: z.string() }),
)

/** What a `webhook.test` body says. */
export function webhookTestContent(webhookId: string) {
  return {
    webhook_id: webhookId,
    message: 'This is a test. If you can read it and its signature verifies, your endpoint is ready.',
  }
}
