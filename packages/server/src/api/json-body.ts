import { isUtf8 } from 'node:buffer'
import { fieldProblem, type Problem } from '../core/errors.ts'
import { keepNumber, mayHoldLongNumbers, parseWithSource } from '../core/json-numbers.ts'

/** Nesting of a JSON body. Deeper ones are refused before code that recurses meets them. */
const JSON_DEPTH_MAX = 200

/**
 * The value of a JSON body; undefined for an empty one. Throws `malformed_json` on field `body`.
 *
 * `__proto__` is refused as a key: it means something else to every library that copies objects, and nothing to an
 * honest caller. So is half of a surrogate pair, which no UTF-8 can write: it would be stored as another text. A number
 * that a double does not hold is kept as it was written.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw malformed('The body is not UTF-8 text.')
  if (isDeeperThan(bytes, JSON_DEPTH_MAX))
    throw malformed(`The body is nested more than ${JSON_DEPTH_MAX} deep.`)
  const text = bytes.toString('utf8')
  try {
    // A reviver costs many times what the parser does, and in UTF-8 only an escape can write what is refused.
    return text.includes('\\u') || text.includes('__proto__') || mayHoldLongNumbers(text)
      ? parseWithSource(text, (key, value, source) => keepNumber(refuseUnfit(key, value), source))
      : JSON.parse(text)
  } catch (error) {
    throw malformed(`The body is not JSON: ${(error as Error).message}.`)
  }
}

function refuseUnfit(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('the key "__proto__" is not allowed')
  if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
    throw new SyntaxError('half of a surrogate pair is not a character')
  }
  return value
}

/** Whether every key and string in a JSON value could be written as UTF-8. Recurses: bound the depth before. */
export function isWellFormedJson(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isWellFormedJson(member))
}

export function malformed(message: string): Problem {
  return fieldProblem('malformed_json', 'body', message)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const [OPEN_ARRAY, OPEN_OBJECT, CLOSE_ARRAY, CLOSE_OBJECT] = [0x5b, 0x7b, 0x5d, 0x7d]

/** Counts brackets outside strings; what is not JSON at all is left to the parser to describe. */
export function isDeeperThan(bytes: Buffer, depthMax: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1
      if (depth > depthMax) return true
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1
  }
  return false
}
