import { INVARIANTS } from '../invariants/check.ts'
import type { Violation } from '../invariants/check.ts'
import { traceOf } from '../invariants/trace.ts'
import type { Figures, Run } from './run-scenario.ts'

/** What one seed came to, small enough to be handed from thread to thread. */
export interface SeedReport {
  seed: number
  figures: Figures
  /** Cases that each invariant was held against. */
  cases: Record<number, number>
  violations: Violation[]
  faults: string[]
  notJudged: { invariant: number; reason: string }[]
}

const KEPT_MAX = 20

export function reportOf({ scenario, figures, verdict, faults }: Run): SeedReport {
  return {
    seed: scenario.seed,
    figures,
    cases: verdict.cases,
    violations: verdict.violations.slice(0, KEPT_MAX),
    faults: [...new Set(faults)].slice(0, KEPT_MAX),
    notJudged: verdict.notJudged,
  }
}

/** Whether everything held, and everything was looked at. */
export function isClean({ violations, faults, notJudged }: SeedReport): boolean {
  return violations.length + faults.length + notJudged.length === 0
}

/** What went wrong with a run, as a person would want to read it: each kind of violation once, with a trace. */
export function explain({ scenario, history, verdict, faults }: Run): string {
  const lines = [`seed ${scenario.seed} (repeat it: npm run sim -- --seed ${scenario.seed})`]
  for (const fault of new Set(faults)) lines.push(`  the engine reported a fault of its own: ${fault}`)
  for (const { invariant, reason } of verdict.notJudged)
    lines.push(`  ${invariant} was not judged: ${reason}`)
  const kinds = Map.groupBy(
    verdict.violations,
    ({ invariant, what }) => `${invariant} ${what.replace(/\d+/g, '#')}`,
  )
  for (const alike of kinds.values()) {
    const [first] = alike
    if (first === undefined) continue
    const times = alike.length === 1 ? '' : ` (and ${alike.length - 1} more like it)`
    lines.push('', `invariant ${first.invariant}: ${INVARIANTS[first.invariant] ?? ''}`)
    lines.push(`  violated: ${first.what}${times}`, `  ${JSON.stringify(first.where)}`)
    lines.push(...traceOf(history, first.where).map((line) => `    ${line}`))
  }
  return lines.join('\n')
}
