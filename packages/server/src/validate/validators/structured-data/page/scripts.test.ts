import { describe, expect, it } from 'vitest'
import { isJsonLdType, jsonRangeOf } from './scripts.ts'

describe('isJsonLdType', () => {
  it.each(['application/ld+json', 'Application/LD+JSON', ' application/ld+json; charset=utf-8'])(
    'takes %j',
    (type) => {
      expect(isJsonLdType(type)).toBe(true)
    },
  )

  it.each(['application/json', 'text/javascript', '', undefined])('leaves %j', (type) => {
    expect(isJsonLdType(type)).toBe(false)
  })
})

describe('jsonRangeOf', () => {
  it.each([
    '{"a":1}',
    '\n <!-- {"a":1} -->',
    '<![CDATA[{"a":1}]]>\n',
    '//<![CDATA[\n{"a":1}\n//]]>',
    '/*<![CDATA[*/ {"a":1} /*]]>*/',
    '<!--\n//<![CDATA[\n{"a":1}\n//]]>\n-->',
  ])('finds the JSON in %j', (text) => {
    const { from, to } = jsonRangeOf(text)
    expect(text.slice(from, to).trim()).toBe('{"a":1}')
  })

  it('leaves what is not put around it', () => {
    const text = '{"a":"<!-- --> ]]>"} // end'
    expect(jsonRangeOf(text)).toEqual({ from: 0, to: text.length })
    expect(jsonRangeOf('<!---->')).toEqual({ from: 4, to: 4 })
  })
})
