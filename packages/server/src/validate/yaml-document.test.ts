import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { isYaml, parseYaml } from './yaml-document.ts'

function parse(text: string) {
  return parseYaml(Buffer.from(text))
}

describe('isYaml', () => {
  it('goes by the content type, whatever its parameters and case', () => {
    expect(
      ['application/yaml', 'Text/YAML; charset=utf-8', 'application/x-yaml', 'text/x-yaml'].every(isYaml),
    ).toBe(true)
    expect([null, '', 'application/json', 'text/yamlish'].some(isYaml)).toBe(false)
  })
})

describe('parseYaml', () => {
  it('reads what stands for JSON, and that alone', () => {
    expect(parse('a: 1\nb: [x, yes, 2020-01-01, ~, 0x10, .nan]\n1: true')).toEqual({
      value: { 1: true, a: 1, b: ['x', 'yes', '2020-01-01', null, 16, null] },
    })
    expect(parse('')).toEqual({ value: null })
    expect(parse('base: &b {x: 1}\ncopy: *b')).toEqual({ value: { base: { x: 1 }, copy: { x: 1 } } })
  })

  it('reads any JSON value that was written as YAML', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as unknown
        expect(parse(stringify(json))).toEqual({ value: json })
      }),
    )
  })

  it('keeps __proto__ a property like any other', () => {
    const { value } = parse('__proto__: {admin: true}') as { value: object }
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect('admin' in value).toBe(false)
  })

  it.each([
    ['a: [1,', 'at line 1, column 7.'],
    ['a: 1\nb:\n  c: 1\n  "c": 2', 'A mapping has the key "c" twice.'],
    ['--- 1\n--- 2', 'It holds several documents: submit each by itself.'],
    ['a: *nobody', 'Unresolved alias'],
    ['&a [*a]', 'It holds itself, by an alias in what its anchor marks.'],
    ['- '.repeat(50_000), 'It is nested too deeply.'],
    ['['.repeat(50_000), 'It is nested too deeply.'],
  ])('refuses %j', (text, reason) => {
    expect(parse(text.slice(0, 100_000))).toEqual({ refused: expect.stringContaining(reason) as string })
  })

  it('refuses what is not UTF-8', () => {
    expect(parseYaml(Buffer.from('ä: 1', 'latin1'))).toEqual({ refused: 'It is not UTF-8 text.' })
  })

  it('refuses an alias bomb before it goes off', () => {
    const lines = Array.from({ length: 9 }, (_, level) => {
      const items = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`))
      return `a${level}: &a${level} [${items.join()}]`
    })
    expect(parse(lines.join('\n'))).toEqual({
      refused: 'Its aliases stand for more than 100 copies of what they name.',
    })
  })

  it('compares keys in time that grows with their number', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`)
    expect(parse(keys.join('\n'))).toHaveProperty('value')
  })
})
