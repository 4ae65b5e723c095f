import { describe, expect, it } from 'vitest'
import { isDeeperThan, isWellFormedJson, parseJsonBody } from './json-body.ts'

const parse = (text: string) => parseJsonBody(Buffer.from(text))
const malformed = expect.objectContaining({
  code: 'malformed_json',
  errors: [expect.objectContaining({ field: 'body' })],
})

describe('a JSON body', () => {
  it('is read, and may be empty', () => {
    expect(parse('{"a":[1,"é"]}')).toEqual({ a: [1, 'é'] })
    expect(parse('')).toBeUndefined()
  })

  it.each(['{', '{"a":1,}', 'nope', '{"a":1}{"b":2}', '{"__proto__":{"a":1}}', '{"a":[{"__proto__":1}]}'])(
    'is refused when it is %s',
    (text) => expect(() => parse(text)).toThrow(malformed),
  )

  it.each(['"\\ud800"', '{"a":["\\udc00x"]}', '{"\\ud800":1}', '{"a":"\\udc00\\ud800"}'])(
    'is refused with half of a surrogate pair in it: %s',
    (text) => {
      expect(() => parse(text)).toThrow(malformed)
      expect(isWellFormedJson(JSON.parse(text))).toBe(false)
    },
  )

  it('may write a character as its surrogate pair', () => {
    expect(parse('{"\\ud83d\\ude00":"\\ud83d\\ude00"}')).toEqual({ '😀': '😀' })
    expect(isWellFormedJson({ '😀': ['😀', 1, null] })).toBe(true)
  })

  it('is refused when it is not UTF-8', () => {
    expect(() => parseJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow(malformed)
  })

  it('may be 200 deep and no deeper', () => {
    expect(() => parse('['.repeat(200) + ']'.repeat(200))).not.toThrow()
    expect(() => parse('['.repeat(201) + ']'.repeat(201))).toThrow(malformed)
    expect(() => parse('['.repeat(1_000_000))).toThrow(malformed)
  })

  it('has no depth in its strings', () => {
    expect(isDeeperThan(Buffer.from('["[[[[\\"[[[["]'), 1)).toBe(false)
    expect(isDeeperThan(Buffer.from('["\\\\",[1]]'), 1)).toBe(true)
    expect(isDeeperThan(Buffer.from('[[],[],[]]'), 2)).toBe(false)
  })
})
