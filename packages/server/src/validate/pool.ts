import type { Clock } from '../core/clock.ts'
import { Problem, shuttingDown } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Submission, Verdict } from '../core/run.ts'
import { isAction, type Step } from '../core/workflow.ts'
import { checkStepShapes, throwUnlessCompiled } from './check-steps.ts'
import { checkSubmission } from './check-submission.ts'
import { createGate } from './gate.ts'
import { stepConfigOf } from './step-config.ts'
import { stepOutcomeOf } from './step-outcome.ts'
import { createIsolation } from './host/isolation.ts'
import type { TaskLimits, TaskOutcome } from './worker/task.ts'
import { documentOf } from './validators/document-of.ts'
import type { JudgedDocument, Validator } from './validators/validator.ts'
import { findValidator } from './validators/index.ts'
import { VERDICT_AT_START, withStep, type StepOutcome } from './verdict.ts'

/** Judges submissions apart from the server, each step under the pool's limits of time and memory. */
export interface ValidatorPool {
  /**
   * Judges the steps in order; a blocking step that fails ends the run. Whatever a schema, a document or a validator does
   * is in the verdict. Throws `Problem`: `overloaded` when too many wait for a thread; `shutting_down` when the pool was
   * closed before there was a verdict, so that the run can be judged again at the next start. Once `signal` is aborted
   * the step under way is ended and no further one begins: nobody wants the verdict any more.
   */
  judge(steps: readonly Step[], submission: Submission, signal?: AbortSignal): Promise<Verdict>
  /**
   * Throws `Problem` naming the field, e.g. `steps[0].config.schema`: `invalid_request` for an unknown validator or a
   * configuration of the wrong shape, `schema_not_compiled` for one that a worker cannot prepare within the limits.
   */
  checkSteps(steps: readonly Step[]): Promise<void>
  /** Throws `Problem` on field `content`: see check-submission.ts. */
  checkSubmission(
    steps: readonly Step[],
    submission: Pick<Submission, 'content' | 'contentType' | 'url'>,
  ): void
  /** Ends the threads at once; safe to call twice. */
  close(): Promise<void>
}

export interface ValidatorPoolOptions extends TaskLimits {
  clock: Clock
}

export function createValidatorPool(options: ValidatorPoolOptions): ValidatorPool {
  const isolation = createIsolation(options, options.clock)
  const gate = createGate(options.threads, LIMITS.runQueueMax, overloaded)

  /** One step in a worker. The configuration is sent along only when that worker does not know it yet. */
  async function perform(
    step: Step,
    document: JudgedDocument | null,
    slot: number,
    signal?: AbortSignal,
  ): Promise<TaskOutcome> {
    const validator = findValidator(step.type)
    if (validator === undefined) return { kind: 'threw', message: `no validator is called "${step.type}"` }
    const { key: configKey, text } = stepConfigOf(step.config)
    const task = { validator: validator.name, configKey, configText: null, document, slot }
    const outcome = await isolation.run(task, signal)
    return outcome.kind === 'config_wanted' ? isolation.run({ ...task, configText: text }, signal) : outcome
  }

  /** Null when nobody wants the verdict any more. */
  async function judgeStep(
    step: Step,
    document: JudgedDocument,
    slot: number,
    signal: AbortSignal | undefined,
  ): Promise<StepOutcome | null> {
    if (signal?.aborted === true) return null
    const outcome = await perform(step, document, slot, signal)
    if (outcome.kind === 'closed') throw shuttingDown()
    if (outcome.kind === 'cancelled') return null
    return stepOutcomeOf(outcome, step, options)
  }

  return {
    checkSubmission,

    judge(steps, submission, signal) {
      return gate.pass(async (slot) => {
        const document = documentOf(submission)
        let verdict = VERDICT_AT_START
        for (const step of steps) {
          if (isAction(step.type)) continue
          const validator: Validator | undefined = findValidator(step.type)
          const told = validator?.readsFindings === true ? { ...document, before: verdict } : document
          const outcome = await judgeStep(step, told, slot, signal)
          if (outcome === null) break
          verdict = withStep(verdict, step.failureMode, outcome)
          if (verdict.result !== 'PASS') break
        }
        return verdict
      })
    },

    async checkSteps(steps) {
      checkStepShapes(steps)
      await gate.pass(async (slot) => {
        for (const [index, step] of steps.entries()) {
          if (isAction(step.type)) continue
          const outcome = await perform(step, null, slot)
          if (outcome.kind === 'closed' || outcome.kind === 'cancelled') throw shuttingDown()
          throwUnlessCompiled(outcome, step, `steps[${index}]`, options)
        }
      })
    },

    close() {
      gate.shut(shuttingDown)
      return isolation.close()
    },
  }
}

function overloaded(): Problem {
  return new Problem('overloaded', `${LIMITS.runQueueMax} runs wait for a validator. Try again in a moment.`)
}
