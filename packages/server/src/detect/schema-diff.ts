import type { Importance, SeenProperty, SeenType } from '../core/seen.ts'

export type Impact = 'high' | 'medium' | 'low'

export type SchemaChangeKind =
  'type_added' | 'type_removed' | 'property_added' | 'property_removed' | 'property_modified'

/** One difference between what two runs saw. */
export interface SchemaChange {
  kind: SchemaChangeKind
  schemaType: string
  /** '' when the change is about the type itself; the properties of such a type are not listed one by one. */
  property: string
  impact: Impact
  /** What the property's values were and are, for `property_modified`. */
  kinds: { before: string[]; after: string[] } | null
}

/**
 * What differs, sorted by type and property. What `before` and `after` say is compared as sets, so that no order in a
 * document matters; the same values give no change, whatever they say.
 */
export function schemaDiff(before: readonly SeenType[], after: readonly SeenType[]): SchemaChange[] {
  return pairs(before, after, ({ type }) => type).flatMap(([old, now]): SchemaChange[] => {
    if (old === undefined) return [typeChange('type_added', now.type)]
    if (now === undefined) return [typeChange('type_removed', old.type)]
    return propertyChanges(old, now)
  })
}

/** high: a type or a required property. medium: a recommended one. low: any other. */
export function impactOf(importance: Importance): Impact {
  switch (importance) {
    case 'required':
      return 'high'
    case 'recommended':
      return 'medium'
    case 'optional':
    case 'unknown':
      return 'low'
  }
}

const RANKS: readonly Impact[] = ['high', 'medium', 'low']

/** The highest among them; `low` of none. */
export function highestImpact(impacts: readonly Impact[]): Impact {
  return RANKS.find((rank) => impacts.includes(rank)) ?? 'low'
}

function typeChange(kind: 'type_added' | 'type_removed', schemaType: string): SchemaChange {
  return { kind, schemaType, property: '', impact: 'high', kinds: null }
}

function propertyChanges({ type, properties }: SeenType, after: SeenType): SchemaChange[] {
  return pairs(properties, after.properties, ({ name }) => name).flatMap(([old, now]): SchemaChange[] => {
    if (old === undefined) return [propertyChange('property_added', type, now)]
    if (now === undefined) return [propertyChange('property_removed', type, old)]
    if (sameWords(old.kinds, now.kinds)) return []
    const change = propertyChange('property_modified', type, now)
    // The table may have been amended between the two runs: the change is as grave as either says.
    const impact = highestImpact([change.impact, impactOf(old.importance)])
    return [{ ...change, impact, kinds: { before: sorted(old.kinds), after: sorted(now.kinds) } }]
  })
}

function propertyChange(
  kind: Extract<SchemaChangeKind, `property_${string}`>,
  schemaType: string,
  { name, importance }: SeenProperty,
): SchemaChange {
  return { kind, schemaType, property: name, impact: impactOf(importance), kinds: null }
}

type Pair<Row> = [Row, Row] | [Row, undefined] | [undefined, Row]

/** The rows of both sides that have the same name, sorted by it. */
function pairs<Row>(
  before: readonly Row[],
  after: readonly Row[],
  nameOf: (row: Row) => string,
): Pair<Row>[] {
  const byName = new Map<string, Pair<Row>>()
  for (const row of before) byName.set(nameOf(row), [row, undefined])
  for (const row of after) {
    const old = byName.get(nameOf(row))?.[0]
    byName.set(nameOf(row), old === undefined ? [undefined, row] : [old, row])
  }
  return [...byName].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, pair]) => pair)
}

function sameWords(left: readonly string[], right: readonly string[]): boolean {
  return sorted(left).join('\n') === sorted(right).join('\n')
}

function sorted(words: readonly string[]): string[] {
  return [...new Set(words)].sort()
}
