import type { Condition, Language, Refused } from '../../../cel/language.ts'
import { createSharedMap } from '../../../core/shared-map.ts'

/** Expressions a process keeps compiled, and their characters: each takes about 110 bytes a character. */
const CONDITIONS_MAX = 10_000
const CHARACTERS_KEPT_MAX = 200_000

/** Compiles each expression of an organization once. */
export interface ConditionCache {
  get(organizationId: number, expression: string): Condition | Refused
}

export function createConditionCache(
  language: Pick<Language, 'compile'>,
  charactersMax = CHARACTERS_KEPT_MAX,
): ConditionCache {
  const kept = createSharedMap<Condition | Refused>({ entriesMax: CONDITIONS_MAX, weightMax: charactersMax })

  return {
    get(organizationId, expression) {
      const known = kept.get(organizationId, expression)
      if (known !== undefined) return known
      const condition = language.compile(expression)
      kept.set(organizationId, expression, condition, expression.length)
      return condition
    },
  }
}
