import { decimalOf, decimalOfDouble, type Decimal } from '../core/decimal.ts'
import { isExact, mayHoldLongNumbers, parseWithSource } from '../core/json-numbers.ts'

/** By the object or list that holds them, then by name or index: the numbers that a double does not hold. */
const noted = new WeakMap<object, Map<string, Decimal>>()

/** What `parseNotingNumbers` gave that holds such a number, however deep. */
const withNoted = new WeakSet<object>()

export interface NotedJson {
  value: unknown
  /** Holds `value` under the name '', as a reviver has it. Null when a double holds every number of the text. */
  holder: object | null
}

/**
 * `JSON.parse`, which also notes what the doubles it gives are not: `exactNumberIn` then knows each number as it was
 * written. Throws like `JSON.parse`.
 */
export function parseNotingNumbers(text: string): NotedJson {
  if (!mayHoldLongNumbers(text)) return { value: JSON.parse(text) as unknown, holder: null }
  const found = { isNoted: false, outermost: {} }
  const value = parseWithSource(text, (key, read, source, holder) => {
    // The outermost holder comes last.
    found.outermost = holder
    const isLong = typeof read === 'number' && source !== undefined && !isExact(read, source)
    const exact = isLong ? decimalOf(source) : null
    if (exact === null) return read
    found.isNoted = true
    note(holder, key, exact)
    return read
  })
  if (!found.isNoted) return { value, holder: null }
  if (typeof value === 'object' && value !== null) withNoted.add(value)
  return { value, holder: found.outermost }
}

function note(holder: object, key: string, exact: Decimal): void {
  const numbers = noted.get(holder) ?? new Map<string, Decimal>()
  noted.set(holder, numbers.set(key, exact))
}

/** Whether a value that `parseNotingNumbers` gave holds a number that a double does not. */
export function holdsNotedNumbers(value: object): boolean {
  return withNoted.has(value)
}

/** For a copy of an object: its numbers are those of the original. */
export function copyNotedNumbers(from: object, to: object): void {
  const numbers = noted.get(from)
  if (numbers !== undefined) noted.set(to, numbers)
}

/** Of the number that was read as `value`, under `key` of `holder`; null when it is infinite. */
export function exactNumberIn(holder: object, key: string | number, value: number): Decimal | null {
  return noted.get(holder)?.get(String(key)) ?? decimalOfDouble(value)
}
