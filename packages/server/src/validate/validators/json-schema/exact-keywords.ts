import { _, type CodeKeywordDefinition, type ErrorObject } from 'ajv'
import {
  compareDecimals,
  decimalText,
  isMultipleOf,
  plainDecimal,
  type Decimal,
} from '../../../core/decimal.ts'
import { rawNumber } from '../../../core/json-numbers.ts'
import { exactNumberIn } from '../../exact-numbers.ts'

/**
 * Keywords in place of the library's. Those that compare values do it by what JSON says: the library's trip over an object
 * with a member called `toString`, take `constructor` for its class, refuse `enum: []`, and see doubles, in which
 * 9007199254740993 is 9007199254740992 and `multipleOf: 0.01` does not divide 19.99.
 *
 * The limits are the library's own, which are faster, unless the schema or the document holds a number which a double does not.
 */
export function ourKeywords(isExact: boolean, isDraft04: boolean): CodeKeywordDefinition[] {
  const comparing = [constKeyword, enumKeyword, uniqueItemsKeyword, multipleOfKeyword]
  if (!isExact) return comparing
  const limits = [limitKeyword('maximum', isDraft04), limitKeyword('minimum', isDraft04)]
  // In draft-04 these two are switches of the two above.
  const exclusive = isDraft04
    ? []
    : [limitKeyword('exclusiveMaximum', false), limitKeyword('exclusiveMinimum', false)]
  return [...comparing, ...limits, ...exclusive]
}

type Fault = Pick<ErrorObject, 'params' | 'message'>

/** What is wrong with the value under `key` of `holder`; null when nothing is. */
type FaultOf = (value: unknown, holder: object, key: string | number) => Fault | null

/**
 * A keyword by its test. Written into the compiled code, because the library gathers the errors of keywords that are
 * functions in time that grows with the square of their number.
 */
function keyword(
  name: string,
  types: Pick<CodeKeywordDefinition, 'type' | 'schemaType'>,
  prepare: (schema: unknown, parent: object) => FaultOf,
): CodeKeywordDefinition {
  return {
    keyword: name,
    ...types,
    error: {
      message: ({ params }) => _`${params['fault']}.message`,
      params: ({ params }) => _`${params['fault']}.params`,
    },
    code(context) {
      const { gen, data, parentSchema, it } = context
      const faultOf = gen.scopeValue('func', { ref: prepare(context.schema as unknown, parentSchema) })
      const fault = gen.const('fault', _`${faultOf}(${data}, ${it.parentData}, ${it.parentDataProperty})`)
      context.setParams({ fault })
      context.fail(_`${fault} !== null`)
    },
  }
}

const constKeyword = keyword('const', {}, (schema, parent) => {
  const equals = equalTo(schema, parent, 'const')
  const fault = {
    params: { allowedValue: asWritten(schema, parent, 'const') },
    message: 'must be equal to constant',
  }
  return (value, holder, key) => (equals(value, holder, key) ? null : fault)
})

const enumKeyword = keyword('enum', { schemaType: 'array' }, (schema) => {
  const values = schema as unknown[]
  const words = new Set(values.filter(isWord))
  const others = new Set(
    values.flatMap((value, index) => (isWord(value) ? [] : canonical(value, values, index))),
  )
  const fault = {
    params: { allowedValues: values.map((value, index) => asWritten(value, values, index)) },
    message: 'must be equal to one of the allowed values',
  }
  return (value, holder, key) => {
    const isAllowed = isWord(value)
      ? words.has(value)
      : others.size > 0 && others.has(canonical(value, holder, key))
    return isAllowed ? null : fault
  }
})

/** What is equal to nothing but itself: a string, true, false or null. */
function isWord(value: unknown): boolean {
  return typeof value !== 'number' && (typeof value !== 'object' || value === null)
}

function equalTo(schema: unknown, parent: object, name: string) {
  if (isWord(schema)) return (value: unknown) => value === schema
  const wanted = canonical(schema, parent, name)
  return (value: unknown, holder: object, key: string | number) =>
    !isWord(value) && canonical(value, holder, key) === wanted
}

const uniqueItemsKeyword = keyword(
  'uniqueItems',
  { type: 'array', schemaType: 'boolean' },
  (schema) => (value) => {
    if (schema !== true) return null
    const items = value as unknown[]
    const indexes = new Map<unknown, number>()
    for (const [i, item] of items.entries()) {
      // No text of a value that is no string begins with a quotation mark.
      const text = typeof item === 'string' ? `"${item}` : canonical(item, items, i)
      const j = indexes.get(text)
      if (j !== undefined)
        return {
          params: { i, j },
          message: `must NOT have duplicate items (items ## ${j} and ${i} are identical)`,
        }
      indexes.set(text, i)
    }
    return null
  },
)

const LIMITS = {
  maximum: { sign: '<=', isBeyond: (order: number) => order > 0 },
  minimum: { sign: '>=', isBeyond: (order: number) => order < 0 },
  exclusiveMaximum: { sign: '<', isBeyond: (order: number) => order >= 0 },
  exclusiveMinimum: { sign: '>', isBeyond: (order: number) => order <= 0 },
} as const
const EXCLUSIVE = { maximum: 'exclusiveMaximum', minimum: 'exclusiveMinimum' } as const

function limitKeyword(name: keyof typeof LIMITS, draft4: boolean): CodeKeywordDefinition {
  return keyword(name, { type: 'number', schemaType: 'number' }, (schema, parent) => {
    const limit = exactNumberIn(parent, name, schema as number)
    const { sign, isBeyond } = LIMITS[draft4 ? exclusiveOf(name, parent) : name]
    const shown = asWritten(schema, parent, name)
    return (value, holder, key) => {
      const number = exactNumberIn(holder, key, value as number)
      // Where one of them is beyond what is worked with, doubles tell which is greater.
      const isKnown = limit !== null && number !== null
      const order = isKnown ? compareDecimals(number, limit) : (value as number) - (schema as number)
      if (!isBeyond(order)) return null
      return {
        params: { comparison: sign, limit: shown },
        message: `must be ${sign} ${JSON.stringify(shown)}`,
      }
    }
  })
}

/** Draft-04: `exclusiveMaximum: true` beside `maximum`. */
function exclusiveOf(name: keyof typeof LIMITS, parent: object): keyof typeof LIMITS {
  if (name !== 'maximum' && name !== 'minimum') return name
  return (parent as Record<string, unknown>)[EXCLUSIVE[name]] === true ? EXCLUSIVE[name] : name
}

const multipleOfKeyword = keyword(
  'multipleOf',
  { type: 'number', schemaType: 'number' },
  (schema, parent) => {
    const divisor = schema as number
    const exactDivisor = exactNumberIn(parent, 'multipleOf', divisor)
    const multipleOf = asWritten(schema, parent, 'multipleOf')
    const fault = { params: { multipleOf }, message: `must be multiple of ${JSON.stringify(multipleOf)}` }
    return (value, holder, key) => {
      const number = value as number
      if (Number.isSafeInteger(number) && Number.isSafeInteger(divisor))
        return number % divisor === 0 ? null : fault
      const exact = exactNumberIn(holder, key, number)
      return exact !== null && exactDivisor !== null && isMultipleOf(exact, exactDivisor) ? null : fault
    }
  },
)

/** A number as messages show it. */
function asWritten(value: unknown, holder: object, key: string | number): unknown {
  if (typeof value !== 'number') return value
  const exact = exactNumberIn(holder, key, value)
  return exact === null || isShortest(exact, value) ? value : rawNumber(plainDecimal(exact))
}

function isShortest(exact: Decimal, value: number): boolean {
  const read = exactNumberIn({}, '', value)
  return read !== null && decimalText(read) === decimalText(exact)
}

/** The same text for values that are equal by JSON Schema (the order of members does not count), and for no others. */
function canonical(value: unknown, holder: object, key: string | number): string {
  if (typeof value === 'number') {
    const exact = exactNumberIn(holder, key, value)
    return exact === null ? String(value) : decimalText(exact)
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => canonical(item, value, index)).join(',')}]`
  }
  const members = Object.keys(value)
    .sort()
    .map(
      (name) => `${JSON.stringify(name)}:${canonical((value as Record<string, unknown>)[name], value, name)}`,
    )
  return `{${members.join(',')}}`
}
