import { z } from 'zod'
import { countField, timestampField, webhookIdField } from './fields.ts'

/** Bodies as Standard Webhooks suggests them, `{type, timestamp, data}`: operational events about the organization's own webhooks. */
function bodySchema<const Type extends string, Data extends z.ZodObject>(type: Type, data: Data) {
  return z.object({ type: z.literal(type), timestamp: timestampField, data })
}

const webhookShape = {
  webhook_id: webhookIdField,
  url: z.url(),
}

const failureShape = {
  failure_count: countField.describe('Failed attempts in a row'),
  last_error: z.string().nullable().describe('What the last failed attempt came to, in plain words'),
}

export const webhookFailingSchema = bodySchema(
  'webhook.failing',
  z.object({ ...webhookShape, health: z.literal('failing'), ...failureShape }),
)

export const webhookDisabledSchema = bodySchema(
  'webhook.disabled',
  z.object({
    ...webhookShape,
    status: z.enum(['disabled_too_many_failures', 'disabled_gone']),
    ...failureShape,
  }),
)

export const webhookRecoveredSchema = bodySchema(
  'webhook.recovered',
  z.object({ ...webhookShape, health: z.literal('healthy') }),
)
