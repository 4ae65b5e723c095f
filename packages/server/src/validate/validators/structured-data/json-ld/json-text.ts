/** A value of JSON, with the place of each object in the text. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

export interface JsonObject {
  /** Of its opening brace. */
  offset: number
  /** Where the value of each member begins, in the order of `members`. */
  offsets: number[]
  /** Of several members of one name the last, as `JSON.parse` has it. A map, because `__proto__` is a name like others. */
  members: Map<string, JsonValue>
}

export interface JsonFault {
  /** What is wrong and what to do, in words. */
  message: string
  /** Of the first character that is wrong. */
  offset: number
}

export type ReadJson = { value: JsonValue } | { fault: JsonFault }

class Fault extends Error {
  readonly fault: JsonFault
  constructor(message: string, offset: number) {
    super(message)
    this.fault = { message, offset }
  }
}

const SPACES = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORD = /[A-Za-z]+/y
/** Up to what ends a string, or may not stand in one as it is. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const STRING_END = /["\\\u0000-\u001f]/g
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const WORDS = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/**
 * Reads JSON (RFC 8259) and takes exactly what `JSON.parse` takes, but knows where each object stands, where and why a
 * text is wrong, and how deep is too deep: `JSON.parse` tells none of it reliably.
 *
 * @param from where the JSON begins in the text; offsets count from the start of the text, and `to` is where it ends
 * @param onRepeated told of a name that an object has already, and where it stands again
 */
export function readJson(
  text: string,
  from: number,
  to: number,
  depthMax: number,
  onRepeated: (name: string, offset: number) => void = () => undefined,
): ReadJson {
  const read = reader(text, from, to, depthMax, onRepeated)
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof Fault) return { fault: error.fault }
    throw error
  }
}

function reader(
  text: string,
  from: number,
  to: number,
  depthMax: number,
  onRepeated: (name: string, offset: number) => void,
): () => JsonValue {
  let at = from

  function skipSpaces(): void {
    SPACES.lastIndex = at
    SPACES.test(text)
    at = Math.min(SPACES.lastIndex, to)
  }

  /** The next character that is no space; '' at the end. */
  function peek(): string {
    skipSpaces()
    return at < to ? text.charAt(at) : ''
  }

  function fault(expected: string): Fault {
    const found = peek()
    if (found === '') return new Fault(`It ends, but ${expected} is expected here.`, at)
    if (found === '/') return new Fault('JSON has no comments. Remove this one.', at)
    if (found === "'" || found === '“') return new Fault('Strings need double quotes: "…".', at)
    return new Fault(`${JSON.stringify(found)} is here, but ${expected} is expected.`, at)
  }

  function readValue(depth: number): JsonValue {
    const next = peek()
    if (next === '"') return readString()
    if (next === '{') return readObject(depth)
    if (next === '[') return readArray(depth)
    return readNumber() ?? readWord()
  }

  function readNumber(): number | null {
    NUMBER.lastIndex = at
    if (!NUMBER.test(text) || NUMBER.lastIndex > to) return null
    const number = Number(text.slice(at, NUMBER.lastIndex))
    at = NUMBER.lastIndex
    return number
  }

  function readWord(): JsonValue {
    WORD.lastIndex = at
    const word = WORD.exec(text)?.[0] ?? ''
    const value = WORDS.get(word)
    if (value === undefined || at + word.length > to) throw fault('a value')
    at += word.length
    return value
  }

  function readString(): string {
    const start = at
    let isPlain = true
    at += 1
    for (;;) {
      STRING_END.lastIndex = at
      const end = STRING_END.test(text) ? STRING_END.lastIndex - 1 : to
      if (end >= to) throw new Fault('This string has no closing quote.', start)
      at = end
      const found = text.charAt(end)
      if (found === '"') break
      if (found !== '\\')
        throw new Fault('A line break or control character in a string must be escaped.', end)
      isPlain = false
      ESCAPE.lastIndex = at
      if (!ESCAPE.test(text)) throw new Fault('JSON has no such escape. Write a backslash as \\\\.', at)
      at = ESCAPE.lastIndex
    }
    at += 1
    return isPlain ? text.slice(start + 1, at - 1) : (JSON.parse(text.slice(start, at)) as string)
  }

  function readArray(depth: number): JsonValue[] {
    enter(depth)
    const items: JsonValue[] = []
    if (peek() !== ']') {
      do {
        at += items.length === 0 ? 0 : 1
        if (items.length > 0 && peek() === ']') throw new Fault('Remove the comma before "]".', at)
        items.push(readValue(depth + 1))
      } while (peek() === ',')
      if (peek() !== ']') throw fault('"," or "]"')
    }
    at += 1
    return items
  }

  function readObject(depth: number): JsonObject {
    const object: JsonObject = { offset: at, offsets: [], members: new Map() }
    /** Of the members; made for the first name that is repeated. */
    let indexes: Map<string, number> | undefined
    enter(depth)
    if (peek() !== '}') {
      let isFirst = true
      do {
        at += isFirst ? 0 : 1
        const next = peek()
        if (!isFirst && next === '}') throw new Fault('Remove the comma before "}".', at)
        if (next !== '"') throw fault('a name in double quotes')
        const nameOffset = at
        const name = readString()
        if (peek() !== ':') throw fault('":"')
        at += 1
        skipSpaces()
        const valueOffset = at
        const value = readValue(depth + 1)
        if (object.members.has(name)) {
          onRepeated(name, nameOffset)
          indexes ??= new Map([...object.members.keys()].map((each, index) => [each, index]))
          object.offsets[indexes.get(name) ?? 0] = valueOffset
        } else {
          indexes?.set(name, object.offsets.length)
          object.offsets.push(valueOffset)
        }
        object.members.set(name, value)
        isFirst = false
      } while (peek() === ',')
      if (peek() !== '}') throw fault('"," or "}"')
    }
    at += 1
    return object
  }

  function enter(depth: number): void {
    if (depth >= depthMax) throw new Fault(`It is nested more than ${depthMax} deep.`, at)
    at += 1
  }

  return () => {
    const value = readValue(0)
    if (peek() !== '') throw fault('the end')
    return value
  }
}
