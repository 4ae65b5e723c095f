import { shown } from '../../net/words.ts'

/** The header of an answer, line by line, kept as it came. Nothing is refused: what breaks the grammar is told as a fault. */
export interface HeaderFields {
  /** Forgets the last header. What `fields` was belongs to whoever took it. */
  begin(): void
  /** Names in lower case; the values of a repeated one joined by a comma. */
  readonly fields: Record<string, string>
  /** The first thing that is wrong with them, in words that follow "its answer breaks HTTP/1.1: ". */
  readonly fault: string | null
  /** One line without its line feed. True when it is the empty one, which ends the header. */
  line(line: string): boolean
}

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** RFC 9110, section 5.5: no control character but the tab. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/

const CR = 13
const TAB = 9
const SPACE = 32

/** The same names come again and again; in lower case, of those that are names. */
const lowerNames = new Map<string, string>()
const NAMES_MAX = 1_000
const NAME_CHARACTERS_MAX = 64

function learnName(name: string): string | null {
  if (!TOKEN.test(name)) return null
  const lower = name.toLowerCase()
  if (lowerNames.size < NAMES_MAX && name.length <= NAME_CHARACTERS_MAX) {
    // Copied: a part of a string keeps the whole of it in memory.
    lowerNames.set(
      Buffer.from(name, 'latin1').toString('latin1'),
      Buffer.from(lower, 'latin1').toString('latin1'),
    )
  }
  return lower
}

export const BARE_LINE_FEED = 'a line of its header ends in a line feed alone'

export function createHeaderFields(): HeaderFields {
  let fields: Record<string, string> = {}
  let fault: string | null = null
  /** Where a folded line goes on. */
  let lastName: string | null = null

  function fail(what: string): void {
    fault ??= what
  }

  function keep(name: string, value: string): void {
    lastName = name
    if (Object.hasOwn(fields, name)) {
      fields[name] = `${fields[name] ?? ''}, ${value}`
    } else if (name === '__proto__') {
      // Assigned, it would be another thing than a header.
      Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
    } else {
      fields[name] = value
    }
  }

  function field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === -1) {
      fail('a line of its header has no colon')
      keep(trimmed(line).toLowerCase(), '')
      return
    }
    const name = line.slice(0, colon)
    const value = trimmed(line.slice(colon + 1))
    if (CONTROL.test(value)) fail(`the value of its header "${shown(name)}" holds a control character`)
    const known = lowerNames.get(name) ?? learnName(name)
    if (known !== null) {
      keep(known, value)
    } else {
      fail(`"${shown(name)}" is not the name of a header`)
      keep(trimmed(name).toLowerCase(), value)
    }
  }

  /** RFC 9112, section 5.2: a recipient replaces the fold by a space. */
  function folded(line: string): void {
    fail('a line of its header is folded')
    const more = trimmed(line)
    if (lastName === null) keep(more, '')
    else fields[lastName] = trimmed(`${fields[lastName] ?? ''} ${more}`)
  }

  return {
    begin() {
      fields = {}
      fault = null
      lastName = null
    },
    get fields() {
      return fields
    },
    get fault() {
      return fault
    },
    line(line) {
      let whole = line
      if (line.charCodeAt(line.length - 1) === CR) whole = line.slice(0, -1)
      else fail(BARE_LINE_FEED)
      if (whole === '') return true
      const first = whole.charCodeAt(0)
      if (first === SPACE || first === TAB) folded(whole)
      else field(whole)
      return false
    },
  }
}

/** Without the spaces and tabs around it; JavaScript's own trim takes more. */
function trimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}
