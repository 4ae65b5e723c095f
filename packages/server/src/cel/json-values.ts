import { celList, celMap, type CelInput } from '@bufbuild/cel'

export type Json = null | boolean | number | string | readonly Json[] | JsonFields
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
  if (typeof value !== 'object' || value === null) return value
  return isList(value) ? celList(value.map(fromJson)) : celMap(fieldsOf(value))
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
    if (typeof value !== 'object' || value === null) return value
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
