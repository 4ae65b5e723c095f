import {
  ANY_JSON,
  both,
  CLOSED,
  either,
  eitherOf,
  KIND,
  NOTHING,
  OPEN,
  shape,
  shapeOfValue,
  UNKNOWN,
  type Field,
  type Shape,
} from './shape.ts'

type Schema = Readonly<Record<string, unknown>>

const KINDS: Readonly<Record<string, number>> = {
  boolean: KIND.true | KIND.false,
  null: KIND.null,
  number: KIND.number,
  integer: KIND.number,
  string: KIND.text,
  array: KIND.list,
  object: KIND.map,
}

/**
 * The shape of what satisfies a JSON Schema of any draft. What a schema says otherwise than by types, fields, items,
 * constants and bounds is passed over, so that no value lies outside of the shape that satisfies the schema.
 *
 * `spend` is called for each part of the schema that is looked at, and may throw to end it.
 */
export function shapeOfSchema(root: unknown, spend: () => void): Shape {
  const known = new Map<object, Shape | null>()

  function of(schema: unknown): Shape {
    spend()
    if (schema === true) return ANY_JSON
    if (schema === false) return NOTHING
    if (!isSchema(schema)) return UNKNOWN
    // References in a schema that has an identity of its own are to its own root.
    if (schema !== root && (schema['$id'] !== undefined || schema['id'] !== undefined)) return UNKNOWN
    const found = known.get(schema)
    // Null: it refers to itself, which says nothing.
    if (found !== undefined) return found ?? ANY_JSON
    known.set(schema, null)
    const made = constraintsOf(schema).reduce(both, ownShape(schema))
    known.set(schema, made)
    return made
  }

  function constraintsOf(schema: Schema): Shape[] {
    const { $ref, allOf, anyOf, oneOf, then, else: otherwise } = schema
    const all = listOf(allOf).map(of)
    if ($ref !== undefined) all.push(referred($ref))
    if (schema['$dynamicRef'] !== undefined || schema['$recursiveRef'] !== undefined) all.push(UNKNOWN)
    for (const choices of [anyOf, oneOf])
      if (choices !== undefined) all.push(eitherOf(listOf(choices).map(of)))
    if (schema['if'] !== undefined) all.push(either(optional(then), optional(otherwise)))
    for (const dependent of dependentsOf(schema)) all.push(either(of(dependent), ANY_JSON))
    return all
  }

  function optional(schema: unknown): Shape {
    return schema === undefined ? ANY_JSON : of(schema)
  }

  /** A place in this schema (RFC 6901), or something that is not looked for. */
  function referred(reference: unknown): Shape {
    if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference)) return UNKNOWN
    let found: unknown = root
    for (const part of reference.slice(1).split('/').slice(1)) {
      const name = decode(part)
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return UNKNOWN
      found = (found as Record<string, unknown>)[name]
    }
    return of(found)
  }

  function ownShape(schema: Schema): Shape {
    const { enum: values } = schema
    const properties = isSchema(schema['properties']) ? schema['properties'] : {}
    const own = shape(kindsOf(schema), {
      least: boundOf(schema['minimum'], -Infinity),
      most: boundOf(schema['maximum'], Infinity),
      names: () => new Set(Object.keys(properties)),
      field: (name) => fieldOf(schema, properties, name),
      item: () => itemOf(schema),
    })
    const constants = [
      ...('const' in schema ? [shapeOfValue(schema['const'])] : []),
      ...(values === undefined ? [] : [eitherOf(listOf(values).map(shapeOfValue))]),
    ]
    return constants.reduce(both, own)
  }

  function fieldOf(schema: Schema, properties: Schema, name: string): Field {
    const required = listOf(schema['required']).includes(name)
    const { additionalProperties: others } = schema
    if (Object.hasOwn(properties, name)) return declared(of(properties[name]), required)
    // Whether a pattern takes the name is not asked: patterns may be hostile.
    if (schema['patternProperties'] !== undefined) return declared(UNKNOWN, required)
    if (others === false) return CLOSED
    if (isSchema(others) && Object.keys(others).length > 0) return declared(of(others), required)
    return required ? declared(ANY_JSON, true) : OPEN
  }

  function itemOf(schema: Schema): Shape {
    const { items, prefixItems, additionalItems } = schema
    const first = Array.isArray(items) ? items : listOf(prefixItems)
    const rest = Array.isArray(items) ? additionalItems : items
    return eitherOf([...first.map(of), optional(rest)])
  }

  return of(root)
}

function declared(found: Shape, required: boolean): Field {
  return found.kinds === 0 ? CLOSED : { state: 'declared', required, shape: found, likely: found }
}

function kindsOf({ type, nullable }: Schema): number {
  if (type === undefined) return ANY_JSON.kinds
  const names = Array.isArray(type) ? listOf(type) : [type]
  const kinds = names.reduce(
    (all: number, name) => all | (typeof name === 'string' ? (KINDS[name] ?? 0) : 0),
    0,
  )
  return nullable === true ? kinds | KIND.null : kinds
}

/** Beyond 2^53 what was written is not what is read. */
function boundOf(bound: unknown, otherwise: number): number {
  return typeof bound === 'number' && Math.abs(bound) <= Number.MAX_SAFE_INTEGER ? bound : otherwise
}

function dependentsOf({ dependentSchemas, dependencies }: Schema): unknown[] {
  return [dependentSchemas, dependencies]
    .flatMap((dependents) => (isSchema(dependents) ? Object.values(dependents) : []))
    .filter((dependent) => !Array.isArray(dependent))
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return part
  }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
