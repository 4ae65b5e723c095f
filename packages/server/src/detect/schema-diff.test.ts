import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMPORTANCES, type SeenProperty, type SeenType } from '../core/seen.ts'
import { highestImpact, impactOf, schemaDiff, type SchemaChange } from './schema-diff.ts'

function property(
  name: string,
  importance: SeenProperty['importance'] = 'optional',
  kinds = ['text'],
): SeenProperty {
  return { name, importance, kinds }
}

describe('what is a change', () => {
  it('a type that came or went, without a word on each of its properties', () => {
    const article = { type: 'Article', properties: [property('headline', 'required')] }
    const change = { schemaType: 'Article', property: '', impact: 'high', kinds: null }
    expect(schemaDiff([], [article])).toEqual([{ kind: 'type_added', ...change }])
    expect(schemaDiff([article], [])).toEqual([{ kind: 'type_removed', ...change }])
  })

  it.each([
    ['required', 'high'],
    ['recommended', 'medium'],
    ['optional', 'low'],
    ['unknown', 'low'],
  ] as const)('a %s property that went, with impact %s', (importance, impact) => {
    const before = [{ type: 'Article', properties: [property('headline', importance), property('url')] }]
    const after = [{ type: 'Article', properties: [property('url')] }]
    expect(schemaDiff(before, after)).toEqual([
      { kind: 'property_removed', schemaType: 'Article', property: 'headline', impact, kinds: null },
    ])
  })

  it('a property whose values are of another kind, as grave as either run says', () => {
    const before = [{ type: 'Article', properties: [property('author', 'required', ['text'])] }]
    const after = [
      { type: 'Article', properties: [property('author', 'unknown', ['Person', 'Organization'])] },
    ]
    expect(schemaDiff(before, after)).toEqual([
      {
        kind: 'property_modified',
        schemaType: 'Article',
        property: 'author',
        impact: 'high',
        kinds: { before: ['text'], after: ['Organization', 'Person'] },
      },
    ])
  })
})

describe('highestImpact', () => {
  it('is the gravest of them', () => {
    expect(highestImpact(['low', 'medium'])).toBe('medium')
    expect(highestImpact(['low', 'high', 'medium'])).toBe('high')
    expect(highestImpact([])).toBe('low')
  })
})

const anyProperty: fc.Arbitrary<SeenProperty> = fc.record({
  name: fc.constantFrom('name', 'headline', 'author', 'image', '__proto__'),
  importance: fc.constantFrom(...IMPORTANCES),
  kinds: fc.uniqueArray(fc.constantFrom('text', 'url', 'Person', 'number'), { maxLength: 3 }),
})
const anySeen: fc.Arbitrary<SeenType[]> = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom('Article', 'Product', 'Event', 'constructor'),
    properties: fc.uniqueArray(anyProperty, { selector: ({ name }) => name }),
  }),
  { selector: ({ type }) => type },
)

describe('for anything that was seen', () => {
  it('nothing differs from itself, in whatever order it comes', () => {
    const shuffled = anySeen.chain((seen) =>
      fc
        .shuffledSubarray(seen, { minLength: seen.length })
        .map((types) => ({ seen, again: types.map(({ type, properties }) => turned(type, properties)) })),
    )
    fc.assert(
      fc.property(shuffled, ({ seen, again }) => {
        expect(schemaDiff(seen, again)).toEqual([])
      }),
    )
  })

  it('the way back is the way there, with added and removed exchanged', () => {
    fc.assert(
      fc.property(anySeen, anySeen, (before, after) => {
        expect(schemaDiff(after, before)).toEqual(schemaDiff(before, after).map(reversed))
      }),
    )
  })

  it('the changes tell exactly which types and properties there are afterwards', () => {
    fc.assert(
      fc.property(anySeen, anySeen, (before, after) => {
        expect(applied(before, schemaDiff(before, after), after)).toEqual(namesOf(after))
      }),
    )
  })

  it('every change has the impact of what it is about', () => {
    fc.assert(
      fc.property(anySeen, anySeen, (before, after) => {
        for (const { kind, impact, property: name, schemaType } of schemaDiff(before, after)) {
          const importances = [...before, ...after]
            .filter(({ type }) => type === schemaType)
            .flatMap(({ properties }) => properties)
            .filter((candidate) => candidate.name === name)
            .map(({ importance }) => impactOf(importance))
          expect(impact).toBe(kind.startsWith('type_') ? 'high' : highestImpact(importances))
        }
      }),
    )
  })
})

function turned(type: string, properties: SeenProperty[]): SeenType {
  return {
    type,
    properties: properties.map((each) => ({ ...each, kinds: each.kinds.toReversed() })).reverse(),
  }
}

const REVERSED = {
  type_added: 'type_removed',
  type_removed: 'type_added',
  property_added: 'property_removed',
  property_removed: 'property_added',
  property_modified: 'property_modified',
} as const

function reversed(change: SchemaChange): SchemaChange {
  const kinds = change.kinds && { before: change.kinds.after, after: change.kinds.before }
  return { ...change, kind: REVERSED[change.kind], kinds }
}

function namesOf(seen: SeenType[]): string[] {
  return seen
    .flatMap(({ type, properties }) => [type, ...properties.map(({ name }) => `${type}.${name}`)])
    .sort()
}

/** `before` with the changes made; the properties of an added type are those that `after` gives it. */
function applied(before: SeenType[], changes: SchemaChange[], after: SeenType[]): string[] {
  const names = new Set(namesOf(before))
  for (const { kind, schemaType, property: name } of changes) {
    if (kind === 'type_added') {
      for (const added of namesOf(after.filter(({ type }) => type === schemaType))) names.add(added)
    }
    if (kind === 'type_removed') {
      for (const known of [...names]) if (known.split('.')[0] === schemaType) names.delete(known)
    }
    if (kind === 'property_added') names.add(`${schemaType}.${name}`)
    if (kind === 'property_removed') names.delete(`${schemaType}.${name}`)
  }
  return [...names].sort()
}
