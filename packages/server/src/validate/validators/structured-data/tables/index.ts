import type { Importance } from '../../../../core/seen.ts'
import { isA, lineageOf } from '../vocabulary/vocabulary.ts'
import { ARTICLES } from './articles.ts'
import { EVENTS } from './events.ts'
import { GUIDES } from './guides.ts'
import { JOBS } from './jobs.ts'
import { MEDIA } from './media.ts'
import { PAGES } from './pages.ts'
import { PLACES_AND_PEOPLE } from './places.ts'
import { PRODUCTS } from './products.ts'
import { QUESTIONS } from './questions.ts'
import { RATINGS } from './ratings.ts'
import type { Family, KnownImportance, Wanted } from './table.ts'

const FAMILIES: readonly Family[] = [
  ARTICLES,
  EVENTS,
  GUIDES,
  JOBS,
  MEDIA,
  PAGES,
  PLACES_AND_PEOPLE,
  PRODUCTS,
  QUESTIONS,
  RATINGS,
]

export const WEIGHTS = { required: 3, recommended: 2, optional: 1 } as const satisfies Record<
  KnownImportance,
  number
>

/** One line of a table. */
export interface Rule {
  /** Any of them is enough; the first names the rule. */
  properties: readonly [string, ...string[]]
  importance: KnownImportance
}

/** The rules of one type, in the order of their importance. */
export interface Rules {
  type: string
  rules: readonly Rule[]
  weight: number
  /** The highest importance under which a rule names the property. */
  importanceOf(property: string): Importance
}

const tables: ReadonlyMap<string, Rules> = new Map(
  FAMILIES.flatMap((family) =>
    Object.entries(family).map(([type, table]): [string, Rules] => [
      type,
      rulesOf(type, [
        ...table.required.map((wanted) => ruleOf(wanted, 'required')),
        ...table.recommended.map((wanted) => ruleOf(wanted, 'recommended')),
        ...table.optional.map((wanted) => ruleOf(wanted, 'optional')),
      ]),
    ]),
  ),
)

/** Types that have a table of their own. */
export const TABLED_TYPES: readonly string[] = [...tables.keys()].sort()

const found = new Map<string, Rules | null>()

/**
 * The rules for things of a type: of its own table, else of the most special table among its ancestors'. Of several that
 * are equally special, the first by name. Null when there is none.
 */
export function findRules(type: string): Rules | null {
  const lineage = lineageOf(type)
  if (lineage.size === 0) return null
  const known = found.get(type)
  if (known !== undefined) return known
  const candidates = TABLED_TYPES.filter((name) => lineage.has(name))
  const special = candidates.find((name) => !candidates.some((other) => other !== name && isA(other, name)))
  const rules = special === undefined ? null : (tables.get(special) ?? null)
  found.set(type, rules)
  return rules
}

function rulesOf(type: string, rules: readonly Rule[]): Rules {
  const importances = new Map<string, Importance>()
  for (const { properties, importance } of rules) {
    for (const property of properties) {
      if (!importances.has(property)) importances.set(property, importance)
    }
  }
  return {
    type,
    rules,
    weight: rules.reduce((sum, { importance }) => sum + WEIGHTS[importance], 0),
    importanceOf: (property) => importances.get(property) ?? 'unknown',
  }
}

function ruleOf(wanted: Wanted, importance: KnownImportance): Rule {
  return { properties: typeof wanted === 'string' ? [wanted] : wanted, importance }
}
