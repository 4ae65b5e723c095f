import type { Clock } from '../core/clock.ts'
import { Problem, shuttingDown } from '../core/errors.ts'
import { createGate, type Asking } from '../core/gate.ts'
import { LIMITS } from '../core/limits.ts'
import type { Submission, Verdict } from '../core/run.ts'
import { isAction, type Step } from '../core/workflow.ts'
import { checkStepShapes, throwUnlessCompiled } from './check-steps.ts'
import { checkSubmission } from './check-submission.ts'
import { createSlots } from './slots.ts'
import { stepConfigOf } from './step-config.ts'
import { stepOutcomeOf } from './step-outcome.ts'
import { stepsAsJudged } from './steps-as-judged.ts'
import { createIsolation } from './host/isolation.ts'
import type { TaskLimits, TaskOutcome } from './worker/task.ts'
import { documentOf } from './validators/document-of.ts'
import type { JudgedDocument, Validator } from './validators/validator.ts'
import { findValidator } from './validators/index.ts'
import { VERDICT_AT_START, withStep, type StepOutcome } from './verdict.ts'

/** What is to be judged, and for whom. */
export interface Judging {
  organizationId: number
  steps: readonly Step[]
  /** Runs and events of one organization take turns. Runs have their place already: in the run queue. */
  purpose: 'run' | 'event'
}

/**
 * Judges submissions apart from the server, each step under the pool's limits of time and memory. Organizations take turns
 * at the threads, step by step.
 */
export interface ValidatorPool {
  /**
   * Judges the steps in order; a blocking step that fails ends the run. Whatever a schema, a document or a validator does
   * is in the verdict. Throws `Problem`: `overloaded` when too many events wait for a thread; `shutting_down` when the pool
   * was closed before there was a verdict, so that the run can be judged again at the next start. Once `signal` is aborted
   * the step under way is ended and no further one begins: nobody wants the verdict any more.
   */
  judge(judging: Judging, submission: Submission, signal?: AbortSignal): Promise<Verdict>
  /**
   * Throws `Problem` naming the field, e.g. `steps[0].config.schema`: `invalid_request` for an unknown validator or a
   * configuration of the wrong shape, `schema_not_compiled` for one that a worker cannot prepare within the limits.
   */
  checkSteps(organizationId: number, steps: readonly Step[]): Promise<void>
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

/** One thread more than an organization may have, for whoever has none under way. It starts when it is first needed. */
const SPARE_THREADS = 1

export function createValidatorPool(options: ValidatorPoolOptions): ValidatorPool {
  const threads = options.threads + SPARE_THREADS
  const isolation = createIsolation({ ...options, threads }, options.clock)
  const slots = createSlots(threads)
  const gate = createGate({
    placesMax: threads,
    ownToFreeMax: Infinity,
    waitersMax: LIMITS.judgingWaitersMax,
    refuse: (why) => (why === 'shut' ? shuttingDown() : overloaded()),
  })

  /** One step in a thread, when its turn comes. */
  async function perform(asking: Asking, step: Step, document: JudgedDocument | null): Promise<TaskOutcome> {
    const validator = findValidator(step.type)
    if (validator === undefined) return { kind: 'threw', message: `no validator is called "${step.type}"` }
    const { organizationId, signal } = asking
    const { key: configKey, text } = stepConfigOf(step.config)
    return gate.pass(asking, async () => {
      const slot = slots.take(organizationId)
      try {
        const task = {
          validator: validator.name,
          organizationId,
          configKey,
          configText: null,
          document,
          slot,
        }
        const outcome = await isolation.run(task, signal)
        // The configuration is sent along only when that thread does not know it yet.
        if (outcome.kind !== 'config_wanted') return outcome
        return await isolation.run({ ...task, configText: text }, signal)
      } finally {
        slots.release(slot)
      }
    })
  }

  /** Null when nobody wants the verdict any more. */
  async function judgeStep(
    asking: Asking,
    step: Step,
    document: JudgedDocument,
  ): Promise<StepOutcome | null> {
    const outcome = await perform(asking, step, document).catch((error: unknown) => {
      if (asking.signal?.aborted === true) return { kind: 'cancelled' } as const
      throw error
    })
    if (outcome.kind === 'closed') throw shuttingDown()
    if (outcome.kind === 'cancelled') return null
    return stepOutcomeOf(outcome, step, options)
  }

  return {
    checkSubmission,

    async judge({ organizationId, steps, purpose }, submission, signal) {
      const document = documentOf(submission)
      let verdict = VERDICT_AT_START
      let isContinued = false
      for (const step of stepsAsJudged(steps)) {
        if (isAction(step.type)) continue
        const validator: Validator | undefined = findValidator(step.type)
        const told = validator?.readsFindings === true ? { ...document, before: verdict } : document
        const isCounted = purpose === 'run' || isContinued
        const asking = { organizationId, key: purpose, signal, isCounted, isContinued }
        const outcome = await judgeStep(asking, step, told)
        if (outcome === null) break
        verdict = withStep(verdict, step.failureMode, outcome)
        if (verdict.result !== 'PASS') break
        isContinued = true
      }
      return verdict
    },

    async checkSteps(organizationId, steps) {
      checkStepShapes(steps)
      let isContinued = false
      for (const [index, step] of stepsAsJudged(steps).entries()) {
        if (isAction(step.type)) continue
        const asking = { organizationId, key: 'check', isCounted: isContinued, isContinued }
        const outcome = await perform(asking, step, null)
        if (outcome.kind === 'closed' || outcome.kind === 'cancelled') throw shuttingDown()
        throwUnlessCompiled(outcome, step, `steps[${index}]`, options)
        isContinued = true
      }
    },

    close() {
      gate.shut()
      return isolation.close()
    },
  }
}

function overloaded(): Problem {
  const detail = 'Too much of this organization, or of all, waits for a validator. Try again in a moment.'
  return new Problem('overloaded', detail)
}
