import type { Thing } from '../thing.ts'
import { isA } from '../vocabulary/vocabulary.ts'

/**
 * The groups that a product is a variant of: what a ProductGroup says of its rating, its brand or its image is said once for
 * all of them (https://developers.google.com/search/docs/appearance/structured-data/product-variants).
 */
export function groupsOf(things: readonly Thing[]): ReadonlyMap<Thing, readonly Thing[]> {
  const groups = new Map<Thing, Thing[]>()

  function join(variant: Thing, group: Thing): void {
    if (!group.types.some((type) => isA(type, 'ProductGroup'))) return
    const joined = groups.get(variant)
    if (joined === undefined) groups.set(variant, [group])
    else if (joined.length < GROUPS_MAX) joined.push(group)
  }

  for (const thing of things) {
    for (const value of thing.properties.get('hasVariant') ?? [])
      if (value.kind === 'thing') join(value.thing, thing)
    for (const value of thing.properties.get('isVariantOf') ?? [])
      if (value.kind === 'thing') join(thing, value.thing)
  }
  return groups
}

/** A variant is of one group; more say nothing new. */
const GROUPS_MAX = 10
