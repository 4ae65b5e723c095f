/**
 * Headers in any of the shapes that frameworks hand out: a plain record (any case, one string or several), a `Headers`,
 * a `Map`, a list of pairs, or an object that only has `get(name)`.
 */
export type HeadersInput =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>
  | { get(name: string): string | null | undefined }

/** Looks a header up by its lower-case name; null when it is absent or empty. */
export type HeaderReader = (lowerCaseName: string) => string | null

/** Makes one way of asking out of the many shapes. Input that is none of them reads as having no headers. */
export function readHeaders(input: unknown): HeaderReader {
  if (typeof input !== 'object' || input === null) return () => null
  if (Symbol.iterator in input) return readerOfPairs(input as Iterable<unknown>)
  if ('get' in input && typeof input.get === 'function') return readerOfGetter(input as Getter)
  return readerOfPairs(Object.entries(input))
}

interface Getter {
  get(name: string): unknown
}

/** A getter may hide a store that minds the case, so the spelling that senders use is tried too. */
function readerOfGetter(getter: Getter): HeaderReader {
  return (name) => textOf(getter.get(name)) ?? textOf(getter.get(titleCase(name)))
}

function readerOfPairs(pairs: Iterable<unknown>): HeaderReader {
  const values = new Map<string, string>()
  for (const pair of pairs) {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') continue
    const value = textOf(pair[1])
    if (value === null) continue
    const name = pair[0].toLowerCase()
    const earlier = values.get(name)
    values.set(name, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return (name) => values.get(name) ?? null
}

/** Repeated headers are joined the way HTTP joins them (RFC 9110 section 5.3), so that none of them is lost unseen. */
function textOf(value: unknown): string | null {
  if (Array.isArray(value)) return textOf(value.filter((part) => typeof part === 'string').join(', '))
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function titleCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_match, dash: string, letter: string) => dash + letter.toUpperCase())
}
