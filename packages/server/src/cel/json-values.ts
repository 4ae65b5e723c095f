import { celList, celMap, celUint, type CelInput } from '@bufbuild/cel'
import { isExact, mayHoldLongNumbers, parseWithSource } from '../core/json-numbers.ts'

/** A `bigint` is a whole number that a double does not hold. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonFields
export interface JsonFields {
  readonly [name: string]: Json
}

/**
 * JSON as the library may see it. Left to itself the library copies a plain object at every access to it, takes one with
 * a `$typeName` for a protobuf message and refuses one with a `constructor`; and a body has what fields it likes.
 *
 * An object costs nothing until a field is asked for, so that nobody pays for what an expression does not touch. A list
 * is copied when it is reached.
 */
export function fromJson(value: Json): CelInput {
  if (typeof value === 'bigint') return value > INT64_MAX ? celUint(value) : value
  if (typeof value !== 'object' || value === null) return value
  return isList(value) ? celList(value.map(fromJson)) : celMap(fieldsOf(value))
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

/**
 * Reads a JSON text for an expression: whole numbers of 64 bits come exactly, as CEL's int or uint, so that an id does not
 * compare equal to its neighbour. Every other number is a double, as CEL has it of JSON. Throws like `JSON.parse`.
 */
export function parseForCel(text: string): Json {
  if (!mayHoldLongNumbers(text)) return JSON.parse(text) as Json
  return parseWithSource(text, (_key, value, source) => {
    const isLong = typeof value === 'number' && source !== undefined && !isExact(value, source)
    return (isLong ? longNumberOf(source) : null) ?? value
  }) as Json
}

function longNumberOf(source: string): bigint | null {
  if (!/^-?\d+$/.test(source)) return null
  const value = BigInt(source)
  return value >= INT64_MIN && value <= UINT64_MAX ? value : null
}

/** A view of an object: of its own fields only, each converted when it is asked for. */
export function fieldsOf(value: JsonFields): ReadonlyMap<string, CelInput> {
  return new JsonObject(value)
}

export function isJsonObject(value: Json): value is JsonFields {
  return typeof value === 'object' && value !== null && !isList(value)
}

function isList(value: readonly Json[] | JsonFields): value is readonly Json[] {
  return Array.isArray(value)
}

class JsonObject implements ReadonlyMap<string, CelInput> {
  readonly #fields: JsonFields
  /** Objects and lists that were reached: a loop may reach for the same one at each of its steps. */
  #reached: Map<string, CelInput> | null = null

  constructor(fields: JsonFields) {
    this.#fields = fields
  }

  get size() {
    return Object.keys(this.#fields).length
  }

  has(name: string) {
    return Object.hasOwn(this.#fields, name)
  }

  get(name: unknown) {
    // The library asks with numbers and booleans too, when an expression does.
    if (typeof name !== 'string' || !Object.hasOwn(this.#fields, name)) return undefined
    const value = this.#fields[name] as Json
    if (typeof value !== 'object' || value === null) return fromJson(value)
    this.#reached ??= new Map()
    let reached = this.#reached.get(name)
    if (reached === undefined) this.#reached.set(name, (reached = fromJson(value)))
    return reached
  }

  keys() {
    return Object.keys(this.#fields).values()
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const name of this.keys()) yield [name, this.get(name) as CelInput]
  }

  [Symbol.iterator]() {
    return this.entries()
  }

  forEach(action: (value: CelInput, name: string, map: ReadonlyMap<string, CelInput>) => void) {
    for (const [name, value] of this.entries()) action(value, name, this)
  }
}
