/** A decimal number, exactly: `digits` × 10 to the power of `exponent`. */
export interface Decimal {
  digits: bigint
  exponent: number
}

/**
 * Powers of ten that are worked with. Those of a double end at 10^308 and 10^-324; a text may name any, and a power of a
 * billion would fill the memory.
 */
const EXPONENT_MAX = 400

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** What a number of JSON says, exactly; null when its power of ten is beyond what is worked with. */
export function decimalOf(literal: string): Decimal | null {
  const [, sign = '', whole = '', fraction = '', power = '0'] = NUMBER.exec(literal) ?? []
  if (whole === '' || Math.abs(Number(power)) > EXPONENT_MAX) return null
  const digits = BigInt(whole + fraction)
  return { digits: sign === '-' ? -digits : digits, exponent: Number(power) - fraction.length }
}

/** The shortest decimal that stands for this double; null for infinities and NaN. */
export function decimalOfDouble(value: number): Decimal | null {
  return decimalOf(String(value))
}

/** Negative, zero or positive, as for `sort`. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const [one, other] = aligned(left, right)
  return one < other ? -1 : one > other ? 1 : 0
}

/** Whether `value` divided by `divisor` is a whole number. `divisor` is not zero. */
export function isMultipleOf(value: Decimal, divisor: Decimal): boolean {
  const [one, other] = aligned(value, divisor)
  return one % other === 0n
}

/** The same text for equal numbers, and for no others. */
export function decimalText({ digits, exponent }: Decimal): string {
  if (digits === 0n) return '0'
  const text = String(digits)
  const significant = text.replace(/0+$/, '')
  return `${significant}e${exponent + text.length - significant.length}`
}

/** As people write it: digits, and a power of ten only where there would be many zeros. */
export function plainDecimal({ digits, exponent }: Decimal): string {
  if (exponent === 0) return String(digits)
  if (exponent > 0)
    return exponent < PLAIN_ZEROS_MAX ? String(digits * 10n ** BigInt(exponent)) : `${digits}e${exponent}`
  const sign = digits < 0n ? '-' : ''
  const text = String(digits < 0n ? -digits : digits).padStart(1 - exponent, '0')
  return `${sign}${text.slice(0, exponent)}.${text.slice(exponent)}`
}

const PLAIN_ZEROS_MAX = 22

function aligned(left: Decimal, right: Decimal): [bigint, bigint] {
  const exponent = Math.min(left.exponent, right.exponent)
  const at = (value: Decimal): bigint => value.digits * 10n ** BigInt(value.exponent - exponent)
  return [at(left), at(right)]
}
