import type { Step } from '../core/workflow.ts'
import { findValidator } from './validators/index.ts'
import type { Validator } from './validators/validator.ts'

const known = new WeakMap<readonly Step[], readonly Step[]>()

/**
 * The steps with what their configurations take from the workflow's other steps (`Validator.withOthers`). Remembered for as
 * long as the steps live, which must not change. Only for steps of the right shape.
 */
export function stepsAsJudged(steps: readonly Step[]): readonly Step[] {
  const before = known.get(steps)
  if (before !== undefined) return before
  const judged = steps.map((step) => {
    const validator: Validator | undefined = findValidator(step.type)
    if (validator?.withOthers === undefined) return step
    const others = steps.filter((other) => other !== step && other.type === step.type)
    const config = validator.withOthers(
      step.config,
      others.map((other) => other.config),
    )
    return config === step.config ? step : { ...step, config }
  })
  known.set(steps, judged)
  return judged
}
