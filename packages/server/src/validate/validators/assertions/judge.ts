import { createLanguage, type Bindings, type Condition } from '../../../cel/language.ts'
import { systemClock } from '../../../core/clock.ts'
import { LIMITS } from '../../../core/limits.ts'
import { createFindings, type Findings } from '../findings.ts'
import type { Compiled } from '../validator.ts'
import type { Assertion, AssertionsConfig } from './validator.ts'
import { ASSERTION_SHAPES, bindingsOf } from './variables.ts'

/**
 * One for all assertions of the thread, since what it remembers of patterns takes memory. Loops may nest and take their time:
 * the thread's limits are what ends them.
 */
const language = createLanguage({
  variables: [...ASSERTION_SHAPES.keys()],
  shapes: ASSERTION_SHAPES,
  charactersMax: LIMITS.assertionCharactersMax,
  mayNestLoops: true,
  timeoutMs: Infinity,
  clock: systemClock,
})

interface CompiledAssertion extends Assertion {
  condition: Condition
}

/** Compiles `config.assertions`; the first that cannot be used is refused, by its place in the list. */
export function compile(config: Record<string, unknown>): Compiled {
  const { assertions } = config as AssertionsConfig // `checkConfig` has seen to it
  const compiled: CompiledAssertion[] = []
  for (const [index, assertion] of assertions.entries()) {
    const condition = language.compile(assertion.expression)
    if ('refused' in condition) {
      return { refused: { field: `assertions[${index}].expression`, message: condition.refused } }
    }
    compiled.push({ ...assertion, condition })
  }
  return {
    judge(document) {
      const bindings = bindingsOf(document)
      const findings = createFindings()
      for (const assertion of compiled) judgeOne(assertion, bindings, findings)
      return findings.judgement()
    },
  }
}

function judgeOne(assertion: CompiledAssertion, bindings: Bindings, findings: Findings): void {
  const { condition, expression, code, message, path = '', property = null, severity = 'error' } = assertion
  const outcome = condition.evaluate(bindings)
  if (outcome === true) return
  if (outcome === false) {
    findings.add(severity, () => ({
      code: code ?? 'assertion_failed',
      message: message ?? `This should be true, and is false: ${expression}`,
      path,
      property,
    }))
    return
  }
  // Whether it holds is not known, so whatever its severity it cannot pass for held.
  findings.add('error', () => ({
    code: 'assertion_failed_to_evaluate',
    message: `It could not be worked out whether this is true: ${expression} (${outcome.message})`,
    path,
    property,
  }))
}
