import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson, type JsonFault, type JsonValue } from './json-text.ts'

const DEPTH_MAX = 100

function read(text: string) {
  return readJson(text, 0, text.length, DEPTH_MAX)
}

function faultOf(text: string): JsonFault {
  const result = read(text)
  if (!('fault' in result)) throw new Error('It was read')
  return result.fault
}

/** As `JSON.parse` gives it. */
function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  // Not by assignment, which would take `__proto__` for a prototype.
  return Object.fromEntries([...value.members].map(([name, member]) => [name, plain(member)]))
}

function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return null
  }
}

function checkAgainstJsonParse(text: string): void {
  const result = read(text)
  expect('value' in result ? { value: plain(result.value) } : null).toEqual(parsed(text))
}

describe('readJson', () => {
  it('reads every JSON text as JSON.parse does', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), checkAgainstJsonParse))
  })

  it('refuses every other text as JSON.parse does', () => {
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.string({ maxLength: 2, unit: 'binary' }), fc.nat(2))
      .map(([text, at, piece, removed]) => {
        const index = at % (text.length + 1)
        return text.slice(0, index) + piece + text.slice(index + removed)
      })
    fc.assert(fc.property(damaged, checkAgainstJsonParse), { numRuns: 1_000 })
  })

  it.each([
    '{"__proto__":{"a":1},"a":2,"a":3}',
    '"\\u0041\\n\\ud800"',
    '[-0,1E5,0.1]',
    ' 1 ',
    '01',
    '1.',
    '.5',
    '+1',
    '',
    'nul',
  ])('agrees with JSON.parse on %s', (text) => checkAgainstJsonParse(text))

  it('reads a part of a text, with offsets in the whole', () => {
    const result = readJson('xx{"a":1}}', 2, 9, DEPTH_MAX)
    expect(result).toMatchObject({ value: { offset: 2 } })
    expect(readJson('"a"', 0, 2, DEPTH_MAX)).toMatchObject({ fault: { offset: 0 } })
    expect(readJson('true', 0, 3, DEPTH_MAX)).toHaveProperty('fault')
    expect(readJson('12', 0, 1, DEPTH_MAX)).toHaveProperty('fault')
  })

  it.each<[string, string, number]>([
    ['{"a":1,}', 'Remove the comma before "}".', 7],
    ['[1,]', 'Remove the comma before "]".', 3],
    ['{"a" 1}', '"1" is here, but ":" is expected.', 5],
    ['{"a":1', 'It ends, but "," or "}" is expected here.', 6],
    ['{"a":\n "b\n"}', 'A line break or control character in a string must be escaped.', 9],
    ['{"a":"b', 'This string has no closing quote.', 5],
    ['{"a":"\\d"}', 'JSON has no such escape. Write a backslash as \\\\.', 6],
    ["{'a':1}", 'Strings need double quotes: "…".', 1],
    ['{"a":1} // end', 'JSON has no comments. Remove this one.', 8],
    ['{a:1}', '"a" is here, but a name in double quotes is expected.', 1],
  ])('says what is wrong with %s, and where', (text, message, offset) => {
    expect(faultOf(text)).toEqual({ message, offset })
  })

  it('goes as deep as it may', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(read(nested(DEPTH_MAX))).toHaveProperty('value')
    expect(faultOf(nested(DEPTH_MAX + 1)).message).toBe('It is nested more than 100 deep.')
    expect(faultOf('{"a":'.repeat(1_000_000)).message).toBe('It is nested more than 100 deep.')
  })
})
