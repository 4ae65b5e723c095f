import { LIMITS } from '../../../core/limits.ts'
import type { SeenProperty, SeenType } from '../../../core/seen.ts'
import { truncate } from '../../truncate.ts'
import { findRules } from './tables/index.ts'
import { isBareReference, type Thing, type Value } from './thing.ts'

/** What a thing is called as a value when nothing says of what type it is. */
const UNTYPED = 'Thing'

/** The schema.org types of a page, with what it says of them; sorted throughout, so that their order cannot matter. */
export function seenIn(things: readonly Thing[]): SeenType[] {
  const kindsByType = new Map<string, Map<string, Set<string>>>()
  for (const thing of things) {
    for (const type of thing.types) {
      const properties = entry(kindsByType, type, () => new Map<string, Set<string>>())
      for (const [property, values] of thing.properties) {
        const kinds = entry(properties, property, () => new Set<string>())
        for (const value of values) for (const kind of kindsOf(value)) kinds.add(kind)
      }
    }
  }
  return sorted(kindsByType.keys(), LIMITS.seenTypesMax).map((type) => ({
    type: shortened(type),
    properties: seenProperties(type, kindsByType.get(type) ?? new Map()),
  }))
}

function seenProperties(type: string, kinds: ReadonlyMap<string, ReadonlySet<string>>): SeenProperty[] {
  const rules = findRules(type)
  return sorted(kinds.keys(), LIMITS.seenPropertiesMax).map((name) => ({
    name: shortened(name),
    importance: rules?.importanceOf(name) ?? 'unknown',
    kinds: sorted(kinds.get(name) ?? [], LIMITS.seenKindsMax).map(shortened),
  }))
}

function kindsOf(value: Value): readonly string[] {
  if (value.kind !== 'thing') return [value.kind]
  if (isBareReference(value.thing)) return value.thing.id === null ? [UNTYPED] : ['url']
  return value.thing.types.length === 0 ? [UNTYPED] : value.thing.types
}

/** By code units, which are the same everywhere. */
function sorted(names: Iterable<string>, max: number): string[] {
  return [...names].sort().slice(0, max)
}

function shortened(name: string): string {
  return truncate(name, LIMITS.seenNameCharactersMax)
}

function entry<Key, Item>(map: Map<Key, Item>, key: Key, create: () => Item): Item {
  let item = map.get(key)
  if (item === undefined) {
    item = create()
    map.set(key, item)
  }
  return item
}
