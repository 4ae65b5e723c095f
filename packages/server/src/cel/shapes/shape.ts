/** What a value may be, as bits: JSON's kinds, true and false apart, and what only an expression makes (a time, a type). */
export const KIND = {
  true: 1,
  false: 2,
  null: 4,
  number: 8,
  text: 16,
  list: 32,
  map: 64,
  other: 128,
} as const
export const BOOL = KIND.true | KIND.false
const JSON_KINDS = 127
const ALL_KINDS = 255

/**
 * What is known of a value before there is one: a set that every value it can have lies in. Without kinds there is none:
 * what has this shape always fails.
 */
export interface Shape {
  kinds: number
  /** The only strings it can be; null when any. */
  texts: ReadonlySet<string> | null
  /** As a number. */
  least: number
  most: number
  /** As an object: the names of the fields that are declared. */
  names(): ReadonlySet<string>
  field(name: string): Field
  /** As a list: any of its items. */
  item(): Shape
}

export interface Field {
  /** `open`: nothing is said of it, and it may be there. `closed`: it cannot be. */
  state: 'declared' | 'open' | 'closed'
  /** Whether it is always there. */
  required: boolean
  shape: Shape
  /** The same, if nothing is there that was not declared. */
  likely: Shape
}

const NO_NAMES: ReadonlySet<string> = new Set()

/** Any value of which nothing is known. */
export const ANY: Shape = shape(ALL_KINDS)
/** Any JSON. */
export const ANY_JSON: Shape = shape(JSON_KINDS)
/** JSON of which nothing can be told: whatever field it has may have been declared. */
export const UNKNOWN: Shape = {
  ...ANY_JSON,
  field: () => ({ state: 'declared', required: false, shape: UNKNOWN, likely: UNKNOWN }),
  item: () => UNKNOWN,
}
export const NOTHING: Shape = shape(0)

export const OPEN: Field = { state: 'open', required: false, shape: ANY_JSON, likely: ANY_JSON }
export const CLOSED: Field = { state: 'closed', required: false, shape: NOTHING, likely: NOTHING }

export function shape(kinds: number, known: Partial<Shape> = {}): Shape {
  return {
    kinds,
    texts: null,
    least: -Infinity,
    most: Infinity,
    names: () => NO_NAMES,
    field: () => OPEN,
    item: () => ANY_JSON,
    ...known,
  }
}

export function textShape(texts: Iterable<string>): Shape {
  return shape(KIND.text, { texts: new Set(texts) })
}

export function numberShape(least: number, most: number): Shape {
  return shape(KIND.number, { least, most })
}

export function listShape(item: () => Shape): Shape {
  return shape(KIND.list, { item })
}

/** An object that has these fields, all of them, and no others. */
export function recordShape(fields: ReadonlyMap<string, Shape>): Shape {
  return shape(KIND.map, {
    names: () => new Set(fields.keys()),
    field(name) {
      const found = fields.get(name)
      return found === undefined ? CLOSED : { state: 'declared', required: true, shape: found, likely: found }
    },
  })
}

/** Of a value that a program wrote out, or a schema. */
export function shapeOfValue(value: unknown): Shape {
  if (typeof value === 'boolean') return shape(value ? KIND.true : KIND.false)
  if (typeof value === 'string') return textShape([value])
  if (typeof value === 'bigint') return shapeOfValue(Number(value))
  if (typeof value === 'number') {
    // Beyond 2^53 what was written is not what is read.
    const isSure = Number.isSafeInteger(value) || !Number.isInteger(value)
    return isSure ? numberShape(value, value) : shape(KIND.number)
  }
  if (value === null) return shape(KIND.null)
  if (Array.isArray(value)) return listShape(() => eitherOf(value.map(shapeOfValue)))
  if (typeof value !== 'object') return ANY_JSON
  return recordShape(new Map(Object.entries(value).map(([name, field]) => [name, shapeOfValue(field)])))
}

/** Values that are of both shapes. */
export function both(one: Shape, other: Shape): Shape {
  if (one === ANY_JSON) return other
  if (other === ANY_JSON) return one
  const texts =
    one.texts === null || other.texts === null
      ? null
      : new Set([...one.texts].filter((text) => other.texts?.has(text)))
  const made = {
    texts: texts ?? one.texts ?? other.texts,
    least: Math.max(one.least, other.least),
    most: Math.min(one.most, other.most),
  }
  let kinds = one.kinds & other.kinds
  if (made.texts?.size === 0) kinds &= ~KIND.text
  if (made.least > made.most) kinds &= ~KIND.number
  return shape(kinds, {
    ...made,
    names: () => new Set([...one.names(), ...other.names()]),
    field: (name) => bothFields(one.field(name), other.field(name)),
    item: () => both(one.item(), other.item()),
  })
}

function bothFields(one: Field, other: Field): Field {
  if (one.state === 'closed' || other.state === 'closed') return CLOSED
  const found = both(one.shape, other.shape)
  if (found.kinds === 0) return CLOSED
  return {
    state: one.state === 'declared' || other.state === 'declared' ? 'declared' : 'open',
    required: one.required || other.required,
    shape: found,
    likely: both(one.likely, other.likely),
  }
}

/** Values that are of one of two shapes. */
export function either(one: Shape, other: Shape): Shape {
  if (one.kinds === 0 || one === other) return other
  if (other.kinds === 0) return one
  const having = (kind: number): Shape[] => [one, other].filter(({ kinds }) => (kinds & kind) !== 0)
  const numbers = having(KIND.number)
  const maps = having(KIND.map)
  return shape(one.kinds | other.kinds, {
    texts: eitherTexts(having(KIND.text)),
    least: Math.min(...numbers.map(({ least }) => least)),
    most: Math.max(...numbers.map(({ most }) => most)),
    names: () => new Set(maps.flatMap((map) => [...map.names()])),
    field: (name) => eitherField(maps.map((map) => map.field(name))),
    item: () => eitherOf(having(KIND.list).map((list) => list.item())),
  })
}

export function eitherOf(shapes: readonly Shape[]): Shape {
  return shapes.reduce(either, NOTHING)
}

function eitherTexts(shapes: readonly Shape[]): ReadonlySet<string> | null {
  return shapes.reduce<ReadonlySet<string> | null>(
    (all, { texts }) => (all === null || texts === null ? null : new Set([...all, ...texts])),
    NO_NAMES,
  )
}

function eitherField(fields: readonly Field[]): Field {
  const possible = fields.filter(({ state }) => state !== 'closed')
  const declared = possible.filter(({ state }) => state === 'declared')
  if (possible.length === 0) return CLOSED
  if (declared.length === 0) return OPEN
  return {
    state: 'declared',
    required: possible.length === fields.length && possible.every(({ required }) => required),
    shape: eitherOf(possible.map((field) => field.shape)),
    likely: eitherOf(declared.map(({ likely }) => likely)),
  }
}
