import { describe, expect, it } from 'vitest'
import { parseJson } from './json-document.ts'

describe('parseJson', () => {
  it('reads any JSON value', () => {
    expect(parseJson(Buffer.from(' {"a":[1,null,"é"]} '))).toEqual({ value: { a: [1, null, 'é'] } })
    expect(parseJson(Buffer.from('null'))).toEqual({ value: null })
  })

  it('skips one byte order mark and no second', () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf])
    expect(parseJson(Buffer.concat([mark, Buffer.from('1')]))).toEqual({ value: 1 })
    expect(parseJson(Buffer.concat([mark, mark, Buffer.from('1')]))).toHaveProperty('refused')
  })

  it('says what is wrong with text that is not JSON, and where', () => {
    expect(parseJson(Buffer.from('{"a": 1,}'))).toEqual({ refused: expect.stringContaining('position 8') })
    expect(parseJson(Buffer.from(''))).toHaveProperty('refused')
    expect(parseJson(Buffer.from('NaN'))).toHaveProperty('refused')
  })

  it('takes UTF-8 only', () => {
    const refused = 'It is not UTF-8 text, which JSON has to be.'
    expect(parseJson(Buffer.from('"é"', 'latin1'))).toEqual({ refused })
    expect(parseJson(Buffer.from('\ufeff"e"', 'utf16le'))).toEqual({ refused })
  })

  it('keeps __proto__ a property like any other', () => {
    const parsed = parseJson(Buffer.from('{"__proto__":{"admin":true}}')) as {
      value: Record<string, unknown>
    }
    expect(Object.keys(parsed.value)).toEqual(['__proto__'])
    expect('admin' in parsed.value).toBe(false)
  })
})
