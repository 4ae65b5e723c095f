import type { Condition, Language, Refused } from '../../../cel/language.ts'

/** Characters of all the expressions a process keeps compiled, those used last. Each takes about 110 bytes. */
const CHARACTERS_KEPT_MAX = 200_000

/** Compiles each expression once. */
export interface ConditionCache {
  get(expression: string): Condition | Refused
}

export function createConditionCache(
  language: Language,
  charactersMax = CHARACTERS_KEPT_MAX,
): ConditionCache {
  // A Map iterates in the order of insertion: the first entry is the one unused for longest.
  const kept = new Map<string, Condition | Refused>()
  let characters = 0

  return {
    get(expression) {
      const known = kept.get(expression)
      if (known === undefined) characters += expression.length
      else kept.delete(expression)
      const condition = known ?? language.compile(expression)
      kept.set(expression, condition)
      for (const oldest of kept.keys()) {
        if (characters <= charactersMax) break
        kept.delete(oldest)
        characters -= oldest.length
      }
      return condition
    },
  }
}
