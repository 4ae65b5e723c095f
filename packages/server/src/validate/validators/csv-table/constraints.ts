import { createPatterns } from '../../../cel/patterns.ts'
import type { CellReader, Value } from './cells.ts'
import type { Constraints, FieldSchema } from './validator.ts'

/** One thing that a value must be, beyond its type. */
export interface Check {
  code: string
  holds: (value: Value) => boolean
  /** As in `must be at least 0`. */
  wanted: string
}

type Name = 'minimum' | 'maximum' | 'minLength' | 'maxLength' | 'pattern' | 'enum'
type Type = NonNullable<FieldSchema['type']>
export interface RefusedConstraint {
  name: Name
  refused: string
}

/** What each constraint is for (Table Schema v1, "Constraints"). `required` and `unique` are for all. */
const APPLIES_TO: Record<Name, readonly Type[]> = {
  minimum: ['number', 'integer', 'date', 'time', 'datetime', 'year'],
  maximum: ['number', 'integer', 'date', 'time', 'datetime', 'year'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  enum: ['string', 'number', 'integer', 'boolean', 'date', 'time', 'datetime', 'year', 'any'],
}

/** One for the thread, since what it remembers of patterns takes memory. */
const patterns = createPatterns()

/** The checks of a field, or the first constraint that cannot be one. */
export function checksOf(
  { type = 'string', constraints = {} }: FieldSchema,
  reader: CellReader,
): Check[] | RefusedConstraint {
  const checks: Check[] = []
  for (const name of Object.keys(APPLIES_TO) as Name[]) {
    if (constraints[name] === undefined) continue
    if (!APPLIES_TO[name].includes(type)) return { name, refused: `has no meaning for the type ${type}` }
    const check = checkOf(name, constraints, reader)
    if (typeof check === 'string') return { name, refused: check }
    checks.push(check)
  }
  return checks
}

/** The check, or why it cannot be one. */
function checkOf(name: Name, constraints: Constraints, reader: CellReader): Check | string {
  const { minLength = 0, maxLength = 0, pattern = '' } = constraints
  switch (name) {
    case 'minimum':
    case 'maximum':
      return boundCheck(name, constraints[name] ?? '', reader)
    case 'minLength':
      return {
        code: 'min_length',
        wanted: `have at least ${amount(minLength)}`,
        holds: (value) => lengthOf(value) >= minLength,
      }
    case 'maxLength':
      return {
        code: 'max_length',
        wanted: `have at most ${amount(maxLength)}`,
        holds: (value) => lengthOf(value) <= maxLength,
      }
    case 'pattern':
      return patternCheck(pattern)
    case 'enum':
      return enumCheck(constraints.enum ?? [], reader)
  }
}

function boundCheck(code: 'minimum' | 'maximum', bound: string | number, reader: CellReader): Check | string {
  const limit = reader.read(String(bound))
  if (limit === undefined) return `must be ${reader.wanted}`
  return code === 'minimum'
    ? { code, wanted: `be at least ${bound}`, holds: (value) => value >= limit }
    : { code, wanted: `be at most ${bound}`, holds: (value) => value <= limit }
}

/** By RE2, which never goes back in its text; the whole value must match, as in XML Schema. */
function patternCheck(pattern: string): Check | string {
  const whole = `^(?:${pattern})$`
  try {
    patterns.compile(whole)
  } catch (error) {
    return `cannot be used: ${error instanceof Error ? error.message : String(error)}`
  }
  return {
    code: 'pattern',
    wanted: `match the pattern ${pattern}`,
    holds: (value) => patterns.compile(whole).test(String(value)),
  }
}

/** Values of an `enum` that a message lists. */
const ENUM_VALUES_SHOWN = 10

function enumCheck(allowed: readonly (string | number | boolean)[], reader: CellReader): Check | string {
  const values = new Set<Value>()
  for (const text of allowed.map(String)) {
    const value = reader.read(text)
    if (value === undefined)
      return `must have values that are ${reader.wanted}, unlike ${JSON.stringify(text)}`
    values.add(value)
  }
  const shown = allowed.slice(0, ENUM_VALUES_SHOWN).join(', ')
  const more = allowed.length > ENUM_VALUES_SHOWN ? ' …' : ''
  return { code: 'enum', wanted: `be one of ${shown}${more}`, holds: (value) => values.has(value) }
}

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g

/** In characters, of which some are two units of a string. */
function lengthOf(value: Value): number {
  const text = String(value)
  return text.length - (text.match(PAIR)?.length ?? 0)
}

function amount(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`
}
