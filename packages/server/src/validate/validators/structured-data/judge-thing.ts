import type { Severity } from '../../../core/run.ts'
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

/**
 * Says what is wrong with one thing, and answers what its types' tables came to. What its `groups` say holds for it too.
 */
export function judgeThing(thing: Thing, groups: readonly Thing[], remarks: Remarks): TypedThing[] {
  if (thing.origin === null) return []
  const { place, offset } = thing.origin
  const add: Add = (remark) => remarks.add({ place, offset, ...remark })

  judgeTypes(thing, add)
  const tables = isTypedReference(thing) ? [] : tablesOf(thing)
  const judged = tables.map((table) => judgeBy(table, thing, groups, add))
  // Without a table nothing is asked of it, but a date is a date.
  if (tables.length === 0) judgeFormats(thing, thing.types[0], () => 'warning', add)
  judgeNames(thing, add)
  return judged
}

type Add = (remark: Omit<Remark, 'place' | 'offset'> & Partial<Pick<Remark, 'place' | 'offset'>>) => void

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

function judgeBy(
  { type, rules }: Omit<TypedThing, 'missing'>,
  thing: Thing,
  groups: readonly Thing[],
  add: Add,
): TypedThing {
  const sayers = [thing, ...groups]
  const missing = rules.rules.filter(
    ({ properties }) => !properties.some((name) => sayers.some((each) => each.properties.has(name))),
  )
  for (const rule of missing) judgeMissing(rule, type, add)
  judgeValues(thing, type, rules, add)
  return { type, rules, missing }
}

function judgeTypes(thing: Thing, add: Add): void {
  for (const { kind, misspelt, offset } of thing.misspelt) {
    const { written, name } = misspelt
    const help = name === null ? '' : ` Write https://schema.org/${name}.`
    add({
      severity: 'warning',
      code: kind === 'type' ? 'unknown_type' : 'unknown_property',
      message: `${quote(written)} is not the right way to write a ${kind} of schema.org.${help}`,
      ...(name === null ? {} : kind === 'type' ? { schemaType: name } : { property: name }),
      ...(offset === null ? {} : { offset }),
    })
  }
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
  for (const [written, [first]] of thing.properties) {
    const property = withoutAnnotation(written)
    const at = first === undefined ? {} : { offset: first.offset }
    if (!isProperty(property)) {
      const message = () =>
        `schema.org has no property ${quote(property)}.${didYouMean(suggestProperty(property, types))}`
      add({ severity: 'warning', code: 'unknown_property', property, ...named, ...at, message })
      continue
    }
    // Properties that were retired have no types any more.
    const domains = domainsOf(property)
    if (domains.length > 0 && !isOpen && !types.some((type) => mayHave(type, property))) {
      const message = () => `${property} is a property of ${domains.join(', ')}, not of ${types.join(', ')}.`
      add({ severity: 'warning', code: 'wrong_domain', property, ...named, ...at, message })
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
  const severityOf = (property: string) => (rules.importanceOf(property) === 'required' ? 'error' : 'warning')
  judgeFormats(thing, schemaType, severityOf, add)
  for (const { of, ...fault } of specialFaults(schemaType, thing)) {
    if (of === undefined) add({ ...fault, schemaType })
    else if (of.thing.origin !== null) {
      const { place, offset } = of.thing.origin
      add({ ...fault, schemaType: of.type, place, offset })
    }
  }
}

function judgeFormats(
  thing: Thing,
  schemaType: string | undefined,
  severityOf: (property: string) => Severity,
  add: Add,
): void {
  const named = schemaType === undefined ? {} : { schemaType }
  for (const [property, values] of thing.properties) {
    for (const value of values) {
      const fault = faultOf(property, value)
      if (fault !== null)
        add({ severity: severityOf(property), property, ...named, offset: value.offset, ...fault })
    }
  }
}

function didYouMean(name: string | null): string {
  return name === null ? '' : ` Did you mean ${name}?`
}
