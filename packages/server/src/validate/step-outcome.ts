import { LIMITS } from '../core/limits.ts'
import type { Finding } from '../core/run.ts'
import { SECOND_MS } from '../core/time.ts'
import type { Step } from '../core/workflow.ts'
import type { TaskLimits, TaskOutcome } from './worker/task.ts'
import { truncate } from './truncate.ts'
import type { StepOutcome } from './verdict.ts'

/** What a task's outcome means for its step: a judgement, or why there is none, as a finding that says so. */
export function stepOutcomeOf(
  outcome: Exclude<TaskOutcome, { kind: 'closed' | 'cancelled' }>,
  step: Pick<Step, 'name'>,
  limits: TaskLimits,
): StepOutcome {
  switch (outcome.kind) {
    case 'judged':
      return { kind: 'judged', judgement: outcome.judgement }
    case 'timed_out': {
      const message = `The step "${step.name}" reached no verdict within ${limits.timeoutMs / SECOND_MS} s and was stopped.`
      return broken('TIMED_OUT', 'TIMEOUT', 'timed_out', message)
    }
    case 'out_of_memory': {
      const message = `The step "${step.name}" needed more than ${limits.memoryMb} MB of memory and was stopped.`
      return broken('ERROR', 'OOM', 'out_of_memory', message)
    }
    case 'refused':
      return validatorFailed(step, outcome.error.message)
    case 'threw':
    case 'died':
      return validatorFailed(step, outcome.message)
    case 'compiled':
    case 'config_wanted':
      return validatorFailed(step, `a worker answered "${outcome.kind}" instead of a judgement`)
  }
}

function validatorFailed(step: Pick<Step, 'name'>, reason: string): StepOutcome {
  return broken(
    'ERROR',
    'VALIDATOR',
    'validator_failed',
    `The step "${step.name}" could not judge: ${reason}`,
  )
}

function broken(
  result: 'ERROR' | 'TIMED_OUT',
  errorCategory: string,
  code: string,
  message: string,
): StepOutcome {
  const finding: Finding = {
    severity: 'error',
    code,
    message: truncate(message, LIMITS.findingMessageCharactersMax),
    path: '',
    property: null,
    schemaType: null,
  }
  return { kind: 'broken', result, errorCategory, finding }
}
