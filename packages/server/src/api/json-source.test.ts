import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elementTexts, memberTexts } from './json-source.ts'

describe('the text of members', () => {
  it('is as it was written', () => {
    const text = ' {"a" : 12345678901234567890 ,"b":{ "c": [1, "}]\\"", 2] },\n"d": "x\\\\", "e":1.50e+2}'
    expect([...memberTexts(text)]).toEqual([
      ['a', '12345678901234567890'],
      ['b', '{ "c": [1, "}]\\"", 2] }'],
      ['d', '"x\\\\"'],
      ['e', '1.50e+2'],
    ])
  })

  it('is by the key that is meant, and of a repeated one the last', () => {
    expect(memberTexts('{"d\\u0061ta":1,"x":2,"data":3}').get('data')).toBe('3')
  })

  it('is none of empty ones', () => {
    expect(memberTexts('{ }').size).toBe(0)
    expect(elementTexts(' [\n] ')).toEqual([])
  })

  it('parses to what the whole parses to, whatever the JSON and its spaces', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        const members = [...memberTexts(text)].map(([key, source]) => [key, JSON.parse(source) as unknown])
        expect(Object.fromEntries(members)).toEqual(JSON.parse(text))
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(elementTexts(text).map((source) => JSON.parse(source) as unknown)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('of a text that ends too soon is an error, never a loop', () => {
    for (const text of ['', '{', '{"a"', '{"a":', '{"a":[', '{"a":"', '{"a":1', '{"a":1,']) {
      expect(() => memberTexts(text)).toThrow('ends too soon')
    }
  })
})
