import type { Check, Need, Violation } from './check.ts'
import { CHECKS } from './checks/index.ts'
import { createFacts } from './facts.ts'
import type { History } from './history.ts'

export interface Verdict {
  violations: Violation[]
  /** Invariants all of whose checks had what they need. */
  judged: number[]
  notJudged: { invariant: number; reason: string }[]
  /** How many cases each invariant was held against. */
  cases: Record<number, number>
}

/** Holds a history against every invariant that it tells enough about. */
export function checkInvariants(history: History, checks: readonly Check[] = CHECKS): Verdict {
  const facts = createFacts(history)
  const verdict: Verdict = { violations: [], judged: [], notJudged: [], cases: {} }
  const blind = new Set<number>()

  for (const check of checks) {
    const { invariant, needs } = check
    verdict.cases[invariant] ??= 0
    const missing = needs.filter((need) => isMissing(history, need))
    if (missing.length > 0) {
      blind.add(invariant)
      verdict.notJudged.push({ invariant, reason: reasonOf(missing) })
      continue
    }
    check.run(facts, {
      looked: () => (verdict.cases[invariant] = (verdict.cases[invariant] ?? 0) + 1),
      broken: (what, where) => verdict.violations.push({ invariant, what, where }),
    })
  }
  verdict.judged = [...new Set(checks.map((check) => check.invariant))]
    .filter((invariant) => !blind.has(invariant))
    .sort((left, right) => left - right)
  return verdict
}

function isMissing(history: History, need: Need): boolean {
  return need === 'rest' ? !history.atRest : history[need] === undefined
}

function reasonOf(missing: readonly Need[]): string {
  const unknown = missing.filter((need) => need !== 'rest')
  const reasons = unknown.length > 0 ? [`not observed: ${unknown.join(', ')}`] : []
  return [...reasons, ...(missing.includes('rest') ? ['the history does not end at rest'] : [])].join('; ')
}
