import type { Clock } from '../core/clock.ts'
import { Problem, shuttingDown } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Submission, Verdict } from '../core/run.ts'
import type { Step } from '../core/workflow.ts'
import { checkStepShapes, throwUnlessCompiled } from './check-steps.ts'
import { checkSubmission } from './check-submission.ts'
import { createGate } from './gate.ts'
import { stepConfigOf } from './step-config.ts'
import { stepOutcomeOf } from './step-outcome.ts'
import { createIsolation } from './host/isolation.ts'
import type { TaskLimits, TaskOutcome } from './worker/task.ts'
import type { JudgedDocument } from './validators/validator.ts'
import { findValidator } from './validators/index.ts'
import { VERDICT_AT_START, withStep, type StepOutcome } from './verdict.ts'

/** What a validator sees of a submission. */
export type JudgedSubmission = Pick<Submission, 'content' | 'contentType' | 'fileName'>

/** Judges submissions apart from the server, each step under the pool's limits of time and memory. */
export interface ValidatorPool {
  /**
   * Judges the steps in order; a blocking step that fails ends the run. Whatever a schema, a document or a validator does
   * is in the verdict. Throws `Problem`: `overloaded` when too many wait for a thread; `shutting_down` when the pool was
   * closed before there was a verdict, so that the run can be judged again at the next start.
   */
  judge(steps: readonly Step[], submission: JudgedSubmission): Promise<Verdict>
  /**
   * Throws `Problem` naming the field, e.g. `steps[0].config.schema`: `invalid_request` for an unknown validator or a
   * configuration of the wrong shape, `schema_not_compiled` for one that a worker cannot prepare within the limits.
   */
  checkSteps(steps: readonly Step[]): Promise<void>
  /** Throws `Problem` on field `content`: see check-submission.ts. */
  checkSubmission(steps: readonly Step[], submission: Pick<Submission, 'content'>): void
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
  async function perform(step: Step, document: JudgedDocument | null, slot: number): Promise<TaskOutcome> {
    const validator = findValidator(step.type)
    if (validator === undefined) return { kind: 'threw', message: `no validator is called "${step.type}"` }
    const { key: configKey, text } = stepConfigOf(step.config)
    const task = { validator: validator.name, configKey, configText: null, document, slot }
    const outcome = await isolation.run(task)
    return outcome.kind === 'config_wanted' ? isolation.run({ ...task, configText: text }) : outcome
  }

  async function judgeStep(step: Step, document: JudgedDocument, slot: number): Promise<StepOutcome> {
    const outcome = await perform(step, document, slot)
    if (outcome.kind === 'closed') throw shuttingDown()
    return stepOutcomeOf(outcome, step, options)
  }

  return {
    checkSubmission,

    judge(steps, submission) {
      return gate.pass(async (slot) => {
        const document = documentOf(submission)
        let verdict = VERDICT_AT_START
        for (const step of steps) {
          verdict = withStep(verdict, step.failureMode, await judgeStep(step, document, slot))
          if (verdict.result !== 'PASS') break
        }
        return verdict
      })
    },

    async checkSteps(steps) {
      checkStepShapes(steps)
      await gate.pass(async (slot) => {
        for (const [index, step] of steps.entries()) {
          const outcome = await perform(step, null, slot)
          if (outcome.kind === 'closed') throw shuttingDown()
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

function documentOf({ content, contentType, fileName }: JudgedSubmission): JudgedDocument {
  return { content: content ?? new Uint8Array(), contentType, fileName }
}

function overloaded(): Problem {
  return new Problem('overloaded', `${LIMITS.runQueueMax} runs wait for a validator. Try again in a moment.`)
}
