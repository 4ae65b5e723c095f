import { z } from 'zod'
import {
  countField,
  monitorIdField,
  projectIdField,
  timestampField,
  webhookIdField,
  workflowField,
} from './fields.ts'

/**
 * Bodies as Standard Webhooks suggests them, `{type, timestamp, data}`: operational events about the
 * organization's own webhooks and monitors.
 */
function bodySchema<const Type extends string, Data extends z.ZodObject>(type: Type, data: Data) {
  return z.object({ type: z.literal(type), timestamp: timestampField, data })
}

const webhookShape = {
  webhook_id: webhookIdField,
  url: z.url(),
}

const failureShape = {
  failure_count: countField.describe('Failed attempts in a row'),
  last_error: z.string().nullable().describe('Why the last attempt failed, in plain words'),
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

const monitorShape = {
  monitor_id: monitorIdField,
  name: z.string(),
  url: z.url().describe('The watched page'),
  project_id: projectIdField,
  workflow: workflowField,
  run_id: z.string().nullable().describe('The last run that the monitor started; null before the first'),
  run_url: z.url().nullable().describe('The page of that run'),
}

export const monitorFailingSchema = bodySchema(
  'monitor.failing',
  z.object({
    ...monitorShape,
    health: z.literal('failing'),
    failure_count: countField.describe('Runs and slots in a row without a verdict'),
    failing_since: timestampField.nullable().describe('When the first of these was'),
    last_error: z.string().nullable().describe('Why there was no verdict the last time, in plain words'),
  }),
)

export const monitorRecoveredSchema = bodySchema(
  'monitor.recovered',
  z.object({ ...monitorShape, health: z.literal('healthy') }),
)

export type MonitorFailingData = z.infer<typeof monitorFailingSchema>['data']
export type MonitorRecoveredData = z.infer<typeof monitorRecoveredSchema>['data']
