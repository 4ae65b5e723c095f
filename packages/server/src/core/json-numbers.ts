import { decimalOf, decimalOfDouble, decimalText } from './decimal.ts'

/** What TypeScript's library does not know of JSON yet: https://github.com/tc39/proposal-json-parse-with-source */
const json = JSON as unknown as {
  parse(
    text: string,
    revive: (this: object, key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
  rawJSON(text: string): unknown
}

/** `holder` is the object or list that holds the value; `source` is a number's text. */
export type Revive = (key: string, value: unknown, source: string | undefined, holder: object) => unknown

/**
 * A double holds 15 digits exactly, and whole numbers up to 2^53. JSON has no such bound: 64-bit ids are common. Whoever
 * reads a text looks here first, since reading with a reviver costs many times what the parser does.
 */
export function mayHoldLongNumbers(text: string): boolean {
  return LONG_NUMBER.test(text)
}

const LONG_NUMBER = /(?:\d\.?){16}/

/** Whether the double that a number was read as is the number that was written. */
export function isExact(value: number, source: string): boolean {
  if (source.length < 16) return true
  const written = decimalOf(source)
  const read = decimalOfDouble(value)
  return written === null || read === null || decimalText(written) === decimalText(read)
}

/** `JSON.parse`, with the text of each number told to `revive`. */
export function parseWithSource(text: string, revive: Revive): unknown {
  return json.parse(text, function (key, value, { source }) {
    return revive(key, value, source, this)
  })
}

/** A number that is written as JSON just as it stands here, whatever a double makes of it. */
export function rawNumber(source: string): unknown {
  return json.rawJSON(source)
}

/** A number that a double does not hold, as `rawNumber`; anything else as it is. */
export function keepNumber(value: unknown, source: string | undefined): unknown {
  return typeof value === 'number' && source !== undefined && !isExact(value, source)
    ? rawNumber(source)
    : value
}

/**
 * The value of a JSON text, to be kept and written as JSON again: a number that a double does not hold comes as
 * `rawNumber`, and is written as it was.
 */
export function parseKeepingNumbers(text: string): unknown {
  if (!mayHoldLongNumbers(text)) return JSON.parse(text) as unknown
  return parseWithSource(text, (_key, value, source) => keepNumber(value, source))
}

/** The same, but every number is written as it was, so that `1.0` stays `1.0`. */
export function parseAsWritten(text: string): unknown {
  return parseWithSource(text, (_key, value, source) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawNumber(source) : value,
  )
}
