import { readMoment } from './moments.ts'
import type { FieldSchema } from './validator.ts'

/** What a cell says. A whole number beyond 2^53 is a bigint, so that it is compared as written. */
export type Value = string | number | bigint | boolean

export interface CellReader {
  /** Undefined for a text that is none of the type. */
  read(text: string): Value | undefined
  /** What a cell must be, as in `must be a whole number`. */
  wanted: string
}

type Type = NonNullable<FieldSchema['type']>

/** How the cells of a field are read, or which part of its schema keeps them from being read. */
export function cellReaderOf(field: FieldSchema): CellReader | { field: string; refused: string } {
  const { type = 'string', format = 'default' } = field
  switch (type) {
    case 'string':
      return stringReader(format)
    case 'date':
    case 'time':
    case 'datetime': {
      const read = readMoment(type, format)
      if ('refused' in read) return { field: 'format', refused: read.refused }
      return {
        read,
        wanted: `a ${type}${format === 'default' ? ` such as ${SAMPLES[type]}` : ` like ${format}`}`,
      }
    }
    case 'number':
    case 'integer':
    case 'boolean':
    case 'year':
    case 'any':
      if (format !== 'default') return { field: 'format', refused: `has no meaning for the type ${type}` }
      return PLAIN[type](field)
  }
}

const SAMPLES = { date: '2026-01-31', time: '12:30:00', datetime: '2026-01-31T12:30:00Z' }

const STRING_FORMATS: ReadonlyMap<string, readonly [pattern: RegExp, wanted: string]> = new Map([
  ['default', [/^/, 'a string']],
  ['email', [/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)*$/, 'an e-mail address']],
  ['uri', [/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, 'a URI']],
  ['uuid', [/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, 'a UUID']],
])

function stringReader(format: string): CellReader | { field: string; refused: string } {
  const found = STRING_FORMATS.get(format)
  if (found === undefined) {
    return { field: 'format', refused: `must be one of ${[...STRING_FORMATS.keys()].join(', ')}` }
  }
  const [pattern, wanted] = found
  return { wanted, read: (text) => (pattern.test(text) ? text : undefined) }
}

const PLAIN: Record<
  Exclude<Type, 'string' | 'date' | 'time' | 'datetime'>,
  (field: FieldSchema) => CellReader
> = {
  any: () => ({ wanted: 'anything', read: (text) => text }),
  year: () => ({
    wanted: 'a year of four digits',
    read: (text) => (/^-?\d{4}$/.test(text) ? Number(text) : undefined),
  }),
  boolean: ({
    trueValues = ['true', 'True', 'TRUE', '1'],
    falseValues = ['false', 'False', 'FALSE', '0'],
  }) => {
    const values = new Map([
      ...falseValues.map((text) => [text, false] as const),
      ...trueValues.map((text) => [text, true] as const),
    ])
    return { wanted: `one of ${[...values.keys()].join(', ')}`, read: (text) => values.get(text) }
  },
  integer: (field) => ({ wanted: 'a whole number', read: (text) => integerOf(bareNumber(text, field)) }),
  number: (field) => ({ wanted: 'a number', read: (text) => numberOf(bareNumber(text, field)) }),
}

/** The number in a cell as programs write it: without what surrounds it, if something may, and without its groups. */
function bareNumber(
  text: string,
  { bareNumber: isBare = true, groupChar, decimalChar = '.' }: FieldSchema,
): string {
  let number = isBare ? text : withoutSurroundings(text, decimalChar)
  if (groupChar !== undefined) number = number.replaceAll(groupChar, '')
  if (decimalChar === '.') return number
  return number.includes('.') ? '' : number.replace(decimalChar, '.')
}

/**
 * What is left without the characters around it that are no digits: `Fr. 12.50` and `12.50 Fr.` are `12.50`. A decimal point or a
 * sign right before the first digit belongs to it, unless the point ends a word; so does a sign before all: `-€ 12.50`.
 */
function withoutSurroundings(text: string, decimalChar: string): string {
  const first = text.search(/\d/)
  // NaN and INF have none.
  if (first === -1) return text.trim()
  const last = text.search(/\d\D*$/)
  let before = text.slice(0, first)
  let number = text.slice(first, last + 1)
  if (before.endsWith(decimalChar) && !/\p{L}$/u.test(before.slice(0, -decimalChar.length))) {
    before = before.slice(0, -decimalChar.length)
    number = decimalChar + number
  }
  const sign = /[+-]$/.exec(before)?.[0] ?? /^\s*([+-])/.exec(before)?.[1] ?? ''
  return sign + number
}

function integerOf(text: string): number | bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text.replace(/^\+/, ''))
}

/** As in XML Schema: also INF, -INF and NaN. */
function numberOf(text: string): number | undefined {
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text)
  if (text === 'NaN') return NaN
  if (/^-?INF$/.test(text)) return text === 'INF' ? Infinity : -Infinity
  return undefined
}
