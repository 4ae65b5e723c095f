import { parseForCel } from '../../../cel/json-values.ts'
import type { Bindings, Condition, Language, Refused } from '../../../cel/language.ts'
import type { FilterVerdict } from '../verdict.ts'
import { bindingsOf, casesOf } from './bindings.ts'
import type { ConditionCache } from './condition-cache.ts'
import type { Batch, Result } from './messages.ts'

/** The results of a batch, each worked out when it is asked for. */
export function* answer(
  { organizationId, questions, bodies }: Batch,
  { look, conditions }: { look: Language['look']; conditions: ConditionCache },
  variables: readonly string[],
): Generator<Result> {
  const compiled = (expression: string): Condition | Refused => conditions.get(organizationId, expression)
  let bodyAt = 0
  for (const { expressions, bodyBytes, shapes = [] } of questions) {
    if (bodyBytes === null) {
      for (const expression of expressions)
        yield look(expression, (spend) => casesOf(shapes, variables, spend))
    } else {
      const bindings = bindingsFrom(bodies.subarray(bodyAt, (bodyAt += bodyBytes)), variables)
      for (const expression of expressions) yield verdictOf(compiled(expression), bindings)
    }
  }
}

function verdictOf(condition: Condition | Refused, bindings: Bindings | null): FilterVerdict {
  if (bindings === null || 'refused' in condition) return 'error'
  const outcome = condition.evaluate(bindings)
  if (typeof outcome === 'boolean') return outcome ? 'match' : 'no_match'
  return outcome.kind === 'failed' ? 'error' : 'overrun'
}

/** Null when the body is not JSON. */
function bindingsFrom(body: Uint8Array, variables: readonly string[]): Bindings | null {
  try {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
    return bindingsOf(parseForCel(text), variables)
  } catch {
    return null
  }
}
