import { z } from 'zod'
import type { FieldError } from '../core/errors.ts'
import { ACTION_EVENTS, ACTION_OCCASIONS, type ActionType } from '../core/workflow.ts'
import { shapeErrors } from './validators/field-errors.ts'

const id = z.string({ error: 'Required.' }).min(1).max(80)
const when = z.enum(ACTION_OCCASIONS).optional()

const CONFIGS: Record<ActionType, z.ZodType> = {
  webhook: z.strictObject({ webhook: id, when, event: z.enum(ACTION_EVENTS).optional() }),
  notify: z.strictObject({ channel: id, when }),
}

/** What is wrong with the shape of an action step's configuration; fields are relative to it. */
export function checkActionConfig(type: ActionType, config: Record<string, unknown>): FieldError[] {
  return shapeErrors(CONFIGS[type], config)
}
