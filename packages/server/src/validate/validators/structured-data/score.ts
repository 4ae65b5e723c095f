import { LIMITS } from '../../../core/limits.ts'
import type { MissingProperty, Score, ScoredType } from '../../../core/score.ts'
import type { TypedThing } from './judge-thing.ts'
import { WEIGHTS, type Rule, type Rules } from './tables/index.ts'

/** What the things of one type come to, in whole numbers, so that their order cannot matter. */
interface Tally {
  rules: Rules
  things: number
  missing: Map<Rule, number>
}

/** The score of a page that has no structured data at all. */
export const SCORE_OF_NOTHING: Score = { value: 0, types: [] }

/**
 * A thing has the weight of the rules that it satisfies ÷ the weight of all rules of its type × 100, a type the mean over
 * its things, the page the mean over its types. The costs of what is missing therefore sum to what the page lacks of 100.
 * Undefined when none of the things is of a type with rules.
 */
export function scoreOf(judged: readonly TypedThing[]): Score | undefined {
  if (judged.length === 0) return undefined
  const tallies = [...tally(judged)].sort(([one], [other]) => (one < other ? -1 : 1))
  const types = tallies.map(([type, each]) => scoredType(type, each, tallies.length))
  const sum = tallies.reduce((total, [, each]) => total + exactScore(each), 0)
  return {
    value: round(sum / tallies.length, 1),
    types: types.slice(0, LIMITS.seenTypesMax),
  }
}

function tally(judged: readonly TypedThing[]): Map<string, Tally> {
  const tallies = new Map<string, Tally>()
  for (const { type, rules, missing } of judged) {
    let entry = tallies.get(type)
    if (entry === undefined) {
      entry = { rules, things: 0, missing: new Map() }
      tallies.set(type, entry)
    }
    entry.things += 1
    for (const rule of missing) entry.missing.set(rule, (entry.missing.get(rule) ?? 0) + 1)
  }
  return tallies
}

function exactScore({ rules, things, missing }: Tally): number {
  let lost = 0
  for (const [{ importance }, count] of missing) lost += WEIGHTS[importance] * count
  return 100 * (1 - lost / (rules.weight * things))
}

function scoredType(type: string, entry: Tally, typeCount: number): ScoredType {
  const { rules, things, missing } = entry
  const costs = [...missing].map(([{ properties, importance }, count]): MissingProperty => {
    const share = (WEIGHTS[importance] * count) / (rules.weight * things)
    return { property: properties[0], importance, cost: round((100 * share) / typeCount, 2) }
  })
  costs.sort((one, other) => other.cost - one.cost || (one.property < other.property ? -1 : 1))
  return { type, score: round(exactScore(entry), 1), things, missing: costs }
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
