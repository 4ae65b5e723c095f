import type { Misspelt } from './vocabulary/misspelt.ts'

export const FORMATS = ['json-ld', 'microdata', 'rdfa'] as const

export type Format = (typeof FORMATS)[number]

/**
 * A step of the way to a thing. Ways are kept as steps and written out (`pathOf`) for the few that a finding names, since
 * a hostile document may have a million long ones.
 */
export interface Place {
  parent: Place | null
  segment: string
}

/** One value of a property. A thing that is a value may be shared, and may be part of a circle. */
export type Value = Standing &
  (
    | { kind: 'text' | 'url'; value: string }
    | { kind: 'number'; value: number }
    | { kind: 'boolean'; value: boolean }
    | { kind: 'thing'; thing: Thing }
  )

/** `offset`: of the value's first character in the document, or of the element that has it. */
interface Standing {
  offset: number
}

/** What a page says of one thing, from all places that speak of it under the same id. */
export interface Thing {
  /** Its `@id`, `itemid` or `resource`; null for one without a name. */
  id: string | null
  /** Short names of schema.org types, those that schema.org does not know included; no name twice. */
  types: string[]
  /** Types and properties that look like schema.org's and are none, taken for what was meant; bounded. */
  misspelt: { kind: 'type' | 'property'; misspelt: Misspelt; offset: number | null }[]
  /** Whether it has types of other vocabularies as well, of which we know nothing. */
  hasForeignTypes: boolean
  /** Values by the short name of a schema.org property, known or not; a property has at least one. */
  properties: Map<string, Value[]>
  /** Whether it is the value of a property somewhere. */
  isValue: boolean
  /** Where it is described; null as long as it was only referred to. */
  origin: Origin | null
}

export interface Origin {
  format: Format
  place: Place
  /** Of its first character in the document. */
  offset: number
}

/** Whether the page only names it by its id, and says nothing of it. */
export function isBareReference(thing: Thing): boolean {
  return thing.properties.size === 0 && thing.types.length === 0 && !thing.hasForeignTypes
}

/**
 * Whether it is a value that is no more than a type and an id, such as the usual `mainEntityOfPage`: it says where the
 * thing is described, and does not try to describe it.
 */
export function isTypedReference(thing: Thing): boolean {
  return thing.isValue && thing.id !== null && thing.properties.size === 0
}

export function below(parent: Place | null, segment: string | number): Place {
  return { parent, segment: String(segment) }
}
