import { Problem, fieldProblem, type FieldError } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import { ACTION_TYPES, isAction, type Step } from '../core/workflow.ts'
import { checkActionConfig } from './action-config.ts'
import { stepConfigOf } from './step-config.ts'
import { findValidator, VALIDATOR_NAMES } from './validators/index.ts'
import type { TaskLimits, TaskOutcome } from './worker/task.ts'

/**
 * The part of checking a workflow's steps that needs no worker: how many there are, their types, the shape of their
 * configurations. Throws `Problem('invalid_request')` with every fault found, each on its own field.
 */
export function checkStepShapes(steps: readonly Step[]): void {
  if (steps.length === 0) throw fieldProblem('invalid_request', 'steps', 'must have at least one step')
  if (steps.length > LIMITS.workflowStepsMax) {
    throw fieldProblem('invalid_request', 'steps', `must have at most ${LIMITS.workflowStepsMax} steps`)
  }
  const errors = steps.flatMap((step, index) => shapeErrors(step, `steps[${index}]`))
  if (errors.length > 0) throw new Problem('invalid_request', detailOf(errors), errors)
}

function shapeErrors({ type, config }: Step, field: string): FieldError[] {
  if (isAction(type)) return checkActionConfig(type, config).map((error) => underConfig(field, error))
  const validator = findValidator(type)
  if (validator === undefined) {
    const message = `no validator is called ${JSON.stringify(type)}; known: ${VALIDATOR_NAMES.join(', ')}; and the actions ${ACTION_TYPES.join(', ')}`
    return [{ field: `${field}.type`, message }]
  }
  const errors = validator.checkConfig(config)
  if (errors.length > 0) return errors.map((error) => underConfig(field, error))
  return isSerializable(config)
    ? []
    : [underConfig(field, { field: validator.compiledField, message: 'is nested too deeply' })]
}

/**
 * What a worker answered when it was asked to prepare a step's configuration. Throws `Problem('schema_not_compiled')`
 * naming the field, or `internal_error` when the workers themselves are at fault.
 */
export function throwUnlessCompiled(
  outcome: Exclude<TaskOutcome, { kind: 'closed' | 'cancelled' }>,
  step: Step,
  field: string,
  { timeoutMs, memoryMb }: TaskLimits,
): void {
  const refuse = (error: FieldError): never => {
    const { field: path, message } = underConfig(field, error)
    throw fieldProblem('schema_not_compiled', path, message)
  }
  const compiledField = findValidator(step.type)?.compiledField ?? ''
  switch (outcome.kind) {
    case 'compiled':
      return
    case 'refused':
      return refuse(outcome.error)
    case 'timed_out':
      return refuse({
        field: compiledField,
        message: `could not be compiled within ${timeoutMs / SECOND_MS} s`,
      })
    case 'out_of_memory':
      return refuse({
        field: compiledField,
        message: `could not be compiled within ${memoryMb} MB of memory`,
      })
    case 'threw':
      return refuse({ field: compiledField, message: `could not be compiled: ${outcome.message}` })
    case 'died':
      throw new Problem('internal_error', `The validators could not be run: ${outcome.message}`)
    case 'judged':
    case 'config_wanted':
      throw new Problem('internal_error', `A worker answered "${outcome.kind}" when asked to compile.`)
  }
}

/** A validator names fields of its configuration; a caller knows them as fields of the request. */
function underConfig(field: string, error: FieldError): FieldError {
  return {
    field: error.field === '' ? `${field}.config` : `${field}.config.${error.field}`,
    message: error.message,
  }
}

function isSerializable(config: Record<string, unknown>): boolean {
  try {
    stepConfigOf(config)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function detailOf(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
}
