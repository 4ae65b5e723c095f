import { below, type Place, type Thing, type Value } from '../thing.ts'
import { textValue, type Things } from '../things.ts'
import {
  baseOf,
  expandName,
  findTerm,
  SCHEMA_ORG_CONTEXT_ONLY,
  withContext,
  type Context,
  type Term,
} from './context.ts'
import type { JsonObject, JsonValue } from './json-text.ts'

/** What reading one JSON-LD text needs and tells. */
export interface Reading {
  things: Things
  /** Keeps blank node names (`_:a`), which are the text's own, apart from those of other texts. */
  scope: string
  /** What relative ids start from; null when the document has no address. */
  baseUrl: string | null
  /** Where in the document the text begins. */
  textOffset: number
  notice: {
    contextIgnored(address: string, place: Place, offset: number): void
    contextMisspelt(address: string, place: Place, offset: number): void
    contextMissing(place: Place, offset: number): void
  }
}

/** Reads all things of a JSON-LD text. Recursive: `readJson` has bounded the depth. */
export function readRoot(reading: Reading, value: JsonValue, context: Context, place: Place): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) readRoot(reading, item, context, below(place, index))
  } else if (isObject(value)) readNode(reading, value, context, place)
}

/** A member of a node with what its name means. */
interface Member {
  name: string
  /** Keyword or IRI. */
  meaning: string
  term: Term | undefined
  value: JsonValue
  /** Where the value begins in the document. */
  offset: number
}

/** The thing that a node describes or refers to; null for one that is no thing, such as a mere holder of a `@graph`. */
function readNode(reading: Reading, node: JsonObject, outer: Context, place: Place): Thing | null {
  const { context, members } = open(reading, node, outer, place)
  const properties = members.filter(({ meaning }) => !meaning.startsWith('@'))
  const id = textOf(keyword(members, '@id'))
  const types = textsOf(keyword(members, '@type'))

  for (const { name, meaning, value } of members) {
    if (meaning === '@graph' || meaning === '@included') readRoot(reading, value, context, below(place, name))
  }
  const isHolder = members.some(({ meaning }) => meaning === '@graph')
  const reverse = members.find(({ meaning }) => meaning === '@reverse')
  if (types.length === 0 && properties.length === 0 && reverse === undefined) {
    return id === null || isHolder ? null : refer(reading, context, id)
  }

  const origin = { format: 'json-ld' as const, place, offset: reading.textOffset + node.offset }
  const thing =
    id === null
      ? reading.things.unnamed(origin)
      : reading.things.named(nameOf(reading, context, id), scopeOf(reading, id), origin)
  // A type without a meaning is some other vocabulary's, like one that its context maps there.
  for (const type of types) reading.things.addType(thing, expandName(context, type) ?? '')
  for (const member of properties) readProperty(reading, thing, member, context, below(place, member.name))
  if (reverse !== undefined) readReverse(reading, thing, reverse, context, below(place, reverse.name))
  return thing
}

/** The members of a node, its `@context` in force and their names understood; those that mean nothing are left out. */
function open(
  reading: Reading,
  node: JsonObject,
  outer: Context,
  place: Place,
): { context: Context; members: Member[] } {
  const given = node.members.get('@context')
  let context = outer
  if (given !== undefined) {
    const contextPlace = below(place, '@context')
    const offset = offsetOf(reading, node, [...node.members.keys()].indexOf('@context'))
    context = withContext(outer, given, reading.baseUrl, {
      ignored: (address) => reading.notice.contextIgnored(address, contextPlace, offset),
      misspelt: (address) => reading.notice.contextMisspelt(address, contextPlace, offset),
    })
  } else if (!outer.isGiven && node.members.has('@type')) {
    // Search engines see nothing here. Told once; read as what was meant, so that the rest can be judged.
    reading.notice.contextMissing(place, reading.textOffset + node.offset)
    context = SCHEMA_ORG_CONTEXT_ONLY
  }
  const members: Member[] = []
  let index = 0
  for (const [name, value] of node.members) {
    const meaning = expandName(context, name)
    if (meaning !== null && meaning !== '@context') {
      const offset = offsetOf(reading, node, index)
      members.push({ name, meaning, term: findTerm(context, name), value, offset })
    }
    index += 1
  }
  return { context, members }
}

/** Where the value of a node's member begins in the document. */
function offsetOf({ textOffset }: Reading, { offset, offsets }: JsonObject, index: number): number {
  return textOffset + (offsets[index] ?? offset)
}

function readProperty(reading: Reading, thing: Thing, member: Member, context: Context, place: Place): void {
  const { meaning, term, value, offset } = member
  readValues(reading, { value, offset }, term, context, place, (each) => {
    if (term?.isReverse !== true) reading.things.addValue(thing, meaning, each)
    else if (each.kind === 'thing')
      reading.things.addValue(each.thing, meaning, { kind: 'thing', thing, offset })
  })
}

/** `{"@reverse": {"author": …}}`: what is in there has this thing as its author. */
function readReverse(reading: Reading, thing: Thing, member: Member, context: Context, place: Place): void {
  if (!isObject(member.value)) return
  const { offset } = member
  for (const [name, value] of member.value.members) {
    const meaning = expandName(context, name)
    if (meaning === null || meaning.startsWith('@')) continue
    readValues(reading, { value, offset }, findTerm(context, name), context, below(place, name), (each) => {
      if (each.kind === 'thing')
        reading.things.addValue(each.thing, meaning, { kind: 'thing', thing, offset })
    })
  }
}

/** A value, or several, with where it begins in the document. */
interface Given {
  value: JsonValue
  offset: number
}

/** Hands on each value, lists and sets taken apart. */
function readValues(
  reading: Reading,
  { value, offset }: Given,
  term: Term | undefined,
  context: Context,
  place: Place,
  add: (value: Value) => void,
): void {
  if (value === null) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      readValues(reading, { value: item, offset }, term, context, below(place, index), add)
    }
  } else if (typeof value === 'string') {
    if (term?.type === '@id') add({ kind: 'thing', thing: refer(reading, context, value), offset })
    else add(textValue(value, offset))
  } else if (typeof value === 'number') add({ kind: 'number', value, offset })
  else if (typeof value === 'boolean') add({ kind: 'boolean', value, offset })
  else readObject(reading, value, term, context, place, add)
}

/** An object that is a value: a literal, a list, a map of values, or a node. */
function readObject(
  reading: Reading,
  object: JsonObject,
  term: Term | undefined,
  context: Context,
  place: Place,
  add: (value: Value) => void,
): void {
  const givens = [...object.members].map(([name, value], index) => {
    return { name, given: { value, offset: offsetOf(reading, object, index) } }
  })
  if (term?.isMap === true && !givens.some(({ name }) => name.startsWith('@'))) {
    for (const { name, given } of givens) {
      readValues(reading, given, { ...term, isMap: false }, context, below(place, name), add)
    }
    return
  }
  for (const { name, given } of givens) {
    const meaning = expandName(context, name)
    if (meaning === '@value') {
      const { value } = given
      if (!Array.isArray(value) && !isObject(value))
        readValues(reading, given, undefined, context, place, add)
      return
    }
    if (meaning === '@list' || meaning === '@set') {
      readValues(reading, given, term, context, below(place, name), add)
      return
    }
  }
  const thing = readNode(reading, object, context, place)
  if (thing !== null) add({ kind: 'thing', thing, offset: reading.textOffset + object.offset })
}

function refer(reading: Reading, context: Context, id: string): Thing {
  return reading.things.named(nameOf(reading, context, id), scopeOf(reading, id), null)
}

function scopeOf({ scope }: Reading, id: string): string {
  return id.startsWith('_:') ? scope : 'json-ld'
}

/** Ids are compared as absolute URLs: `#author` here may be spelt out there, or be written with a prefix. */
function nameOf({ baseUrl }: Reading, context: Context, id: string): string {
  if (id.startsWith('_:')) return id
  const prefix = /^([^:/?#]+):(?!\/\/)/.exec(id)?.[1]
  const expanded =
    prefix === undefined || findTerm(context, prefix) === undefined ? null : expandName(context, id)
  const base = baseOf(context, baseUrl)
  if (base === null) return expanded ?? id
  return URL.parse(expanded ?? id, base)?.href ?? id
}

function keyword(members: readonly Member[], meaning: string): JsonValue {
  return members.find((member) => member.meaning === meaning)?.value ?? null
}

function textOf(value: JsonValue): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function textsOf(value: JsonValue): string[] {
  const texts = Array.isArray(value) ? value : [value]
  return texts.filter((text) => typeof text === 'string')
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
