/** First and last code point, in order; they neither meet nor overlap. */
type Ranges = readonly (readonly [first: number, last: number])[]

const LAST_CODE_POINT = 0x10ffff

/**
 * A pattern of RE2 with its classes `\p{…}` and `\P{…}` written out as ranges, since the library takes 120 ms of processor time
 * for the first one, and a filter has 100 ms. Throws for a class that nobody knows, and for too many of them.
 */
export function writeOutUnicodeClasses(pattern: string): string {
  if (!/\\[pP]/.test(pattern)) return pattern
  let isInBrackets = false
  let classes = 0
  return pattern.replace(TOKEN, (token, sign?: string, name?: string, short?: string) => {
    if (sign !== undefined) {
      if (++classes > CLASSES_MAX) throw new Error(`it has more than ${CLASSES_MAX} classes of characters`)
      const ranges = rangesOf(name ?? short ?? '', sign === 'P')
      return isInBrackets ? inBrackets(ranges) : `[${inBrackets(ranges)}]`
    }
    if (token === ']') isInBrackets = false
    else if (token.startsWith('[') && !token.startsWith('[:')) {
      // A bracket that comes first in a class is one of its characters.
      if (!isInBrackets) isInBrackets = true
    }
    return token
  })
}

/** In one pattern. Each is up to 700 ranges: 14 KB of text to be read. */
const CLASSES_MAX = 20

/** A class; quoted text; another escape; the beginning or end of a class; a class of POSIX within one. */
const TOKEN = /\\([pP])(?:\{([^}]*)\}|(.))|\\Q[^]*?(?:\\E|$)|\\[^]|\[:\^?\w+:\]|\[\^?\]?|\]/g

/** No range is without characters: an empty class is one that nothing is in. */
function inBrackets(ranges: Ranges): string {
  const code = (point: number): string => `\\x{${point.toString(16)}}`
  if (ranges.length === 0) return '^\\x{0}-\\x{10ffff}'
  return ranges
    .map(([first, last]) => (first === last ? code(first) : `${code(first)}-${code(last)}`))
    .join('')
}

const known = new Map<string, Ranges>()
/** There are some 30 categories and 170 scripts. */
const KNOWN_MAX = 300

function rangesOf(name: string, isNegated: boolean): Ranges {
  const isOpposite = name.startsWith('^') !== isNegated
  const bare = name.replace(/^\^/, '')
  const ranges = known.get(bare) ?? findRanges(bare)
  if (known.size < KNOWN_MAX) known.set(bare, ranges)
  return isOpposite ? complementOf(ranges) : ranges
}

/** General categories such as `L` or `Lu`, and scripts such as `Greek`. */
function findRanges(name: string): Ranges {
  if (name === 'Any') return [[0, LAST_CODE_POINT]]
  const property = /^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`
  let runs: RegExp
  try {
    if (!/^\w+$/.test(name)) throw new SyntaxError(name)
    runs = new RegExp(`\\p{${property}}+`, 'gu')
  } catch {
    throw new Error(`there is no class "${name}" of characters`)
  }
  const ranges = scannedParts().flatMap(({ text, last }) => [
    ...[...text.matchAll(runs)].map(([run]) => [run.codePointAt(0) ?? 0, lastOf(run)] as const),
    // What comes until the next part is all like the one character that stands for it.
    ...(last === null || !new RegExp(runs.source, 'u').test(String.fromCodePoint(last[0])) ? [] : [last]),
  ])
  return joined(ranges)
}

function lastOf(run: string): number {
  const units = run.codePointAt(run.length - 2) ?? 0
  return units > 0xffff ? units : run.charCodeAt(run.length - 1)
}

interface Part {
  /** Each character of a range, in order. */
  text: string
  /** The characters from there to the next part, which are all in the same classes. */
  last: readonly [first: number, last: number] | null
}

/**
 * All of Unicode. Planes 4 to 13 are empty, 15 and 16 for private use. Surrogates are no characters: no text has them that came
 * as UTF-8.
 */
function scannedParts(): Part[] {
  return [
    { text: textOf(0, 0xd7ff), last: null },
    { text: textOf(0xe000, 0x3ffff), last: [0x40000, 0xdffff] },
    { text: textOf(0xe0000, 0xe0fff), last: [0xe1000, 0xeffff] },
    { text: '', last: [0xf0000, 0xffffd] },
    { text: textOf(0xffffe, 0xfffff), last: [0x100000, 0x10fffd] },
    { text: textOf(0x10fffe, LAST_CODE_POINT), last: null },
  ]
}

function textOf(first: number, last: number): string {
  const units = new Uint16Array((last - first + 1) * 2)
  let length = 0
  for (let point = first; point <= last; point += 1) {
    if (point <= 0xffff) units[length++] = point
    else {
      units[length++] = 0xd800 + ((point - 0x10000) >> 10)
      units[length++] = 0xdc00 + ((point - 0x10000) & 0x3ff)
    }
  }
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le')
}

/** The text that runs meet in has none of the surrogates, and parts meet each other. */
function joined(ranges: Ranges): Ranges {
  const result: [number, number][] = []
  for (const [first, last] of ranges) {
    const before = result.at(-1)
    if (before !== undefined && before[1] + 1 === first) before[1] = last
    else result.push([first, last])
  }
  return result
}

function complementOf(ranges: Ranges): Ranges {
  const result: [number, number][] = []
  let next = 0
  for (const [first, last] of ranges) {
    if (first > next) result.push([next, first - 1])
    next = last + 1
  }
  if (next <= LAST_CODE_POINT) result.push([next, LAST_CODE_POINT])
  return result
}
