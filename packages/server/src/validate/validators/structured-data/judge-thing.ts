import type { Remark, Remarks } from './remarks.ts'
import { faultOf, quote } from './rules/formats.ts'
import { specialFaults } from './rules/special.ts'
import { findRules, type Rule, type Rules } from './tables/index.ts'
import { isTypedReference, type Thing } from './thing.ts'
import { suggestProperty, suggestType } from './vocabulary/suggest.ts'
import { domainsOf, isA, isProperty, isType, mayHave } from './vocabulary/vocabulary.ts'

/** One thing held against the table of one of its types. */
export interface TypedThing {
  type: string
  rules: Rules
  missing: readonly Rule[]
}

/** Says what is wrong with one thing, and answers what its types' tables came to. */
export function judgeThing(thing: Thing, remarks: Remarks): TypedThing[] {
  if (thing.origin === null) return []
  const { place, offset } = thing.origin
  const add = (remark: Omit<Remark, 'place' | 'offset'>): void => remarks.add({ ...remark, place, offset })

  judgeTypes(thing, add)
  const judged = isTypedReference(thing) ? [] : tablesOf(thing).map((table) => judgeBy(table, thing, add))
  judgeNames(thing, add)
  return judged
}

type Add = (remark: Omit<Remark, 'place' | 'offset'>) => void

/**
 * The types that a thing is judged as: of its types, those with a table that are no ancestor of another one, and of two
 * that are read by the same table the first by name.
 */
function tablesOf({ types }: Thing): Omit<TypedThing, 'missing'>[] {
  const special = types.filter((type) => !types.some((other) => other !== type && isA(other, type)))
  const judged = new Map<string, Omit<TypedThing, 'missing'>>()
  for (const type of special.sort()) {
    const rules = findRules(type)
    if (rules !== null && !judged.has(rules.type)) judged.set(rules.type, { type, rules })
  }
  return [...judged.values()]
}

function judgeBy({ type, rules }: Omit<TypedThing, 'missing'>, thing: Thing, add: Add): TypedThing {
  const missing = rules.rules.filter(
    ({ properties }) => !properties.some((name) => thing.properties.has(name)),
  )
  for (const rule of missing) judgeMissing(rule, type, add)
  judgeValues(thing, type, rules, add)
  return { type, rules, missing }
}

function judgeTypes(thing: Thing, add: Add): void {
  for (const type of thing.types) {
    if (isType(type)) continue
    add({
      severity: 'warning',
      code: 'unknown_type',
      schemaType: type,
      message: () => `schema.org has no type ${quote(type)}.${didYouMean(suggestType(type))}`,
    })
  }
  if (thing.types.length === 0 && !thing.hasForeignTypes && thing.properties.size > 0) {
    const message = 'It has properties of schema.org, but no type that says what it is.'
    add({ severity: 'warning', code: 'type_missing', message })
  }
}

/** Names that schema.org does not have, and names of properties that it gives to other types only. */
function judgeNames(thing: Thing, add: Add): void {
  const { types } = thing
  const schemaType = types[0]
  const named = schemaType === undefined ? {} : { schemaType }
  // Of what we do not know we cannot say what it may have; a Role repeats the property that it stands between.
  const isOpen =
    types.length === 0 || thing.hasForeignTypes || types.some((type) => !isType(type) || isA(type, 'Role'))
  for (const written of thing.properties.keys()) {
    const property = withoutAnnotation(written)
    if (!isProperty(property)) {
      const message = () =>
        `schema.org has no property ${quote(property)}.${didYouMean(suggestProperty(property, types))}`
      add({ severity: 'warning', code: 'unknown_property', property, ...named, message })
      continue
    }
    // Properties that were retired have no types any more.
    const domains = domainsOf(property)
    if (domains.length > 0 && !isOpen && !types.some((type) => mayHave(type, property))) {
      const message = () => `${property} is a property of ${domains.join(', ')}, not of ${types.join(', ')}.`
      add({ severity: 'warning', code: 'wrong_domain', property, ...named, message })
    }
  }
}

/** `query-input` tells of the property `query` what an action takes or gives: https://schema.org/docs/actions.html. */
function withoutAnnotation(property: string): string {
  return property.replace(/-(?:input|output)$/, '')
}

function judgeMissing({ properties, importance }: Rule, schemaType: string, add: Add): void {
  if (importance === 'optional') return
  const severity = importance === 'required' ? 'error' : 'warning'
  const subject = properties.length === 1 ? 'Property' : `One of ${properties.join(', ')}`
  add({
    severity,
    code: importance,
    property: properties[0],
    schemaType,
    message: `${subject} is ${importance}`,
  })
}

/** A wrong value of a required property is an error, of any other a warning. */
function judgeValues(thing: Thing, schemaType: string, rules: Rules, add: Add): void {
  for (const [property, values] of thing.properties) {
    for (const value of values) {
      const fault = faultOf(property, value)
      if (fault === null) continue
      const severity = rules.importanceOf(property) === 'required' ? 'error' : 'warning'
      add({ severity, property, schemaType, ...fault })
    }
  }
  for (const fault of specialFaults(schemaType, thing)) add({ ...fault, schemaType })
}

function didYouMean(name: string | null): string {
  return name === null ? '' : ` Did you mean ${name}?`
}
