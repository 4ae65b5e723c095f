import { describe, expect, it } from 'vitest'
import { documentSubmission } from '../../../core/run.ts'
import { parseNotingNumbers } from '../../exact-numbers.ts'
import { documentOf } from '../document-of.ts'
import { compile } from './judge.ts'

const DRAFT = {
  4: 'http://json-schema.org/draft-04/schema#',
  7: 'http://json-schema.org/draft-07/schema#',
  2020: 'https://json-schema.org/draft/2020-12/schema',
} as const

/** The codes and messages of what is found; both are JSON texts, so that no number is lost on the way here. */
function findings(schema: string, document: string, contentType = 'application/json'): string[] {
  const config = parseNotingNumbers(`{"schema":${schema}}`).value as Record<string, unknown>
  const compiled = compile(config)
  if ('refused' in compiled) return [compiled.refused.message]
  const judged = compiled.judge(documentOf(documentSubmission(Buffer.from(document), contentType)))
  return judged.findings.map(({ code, message }) => `${code}: ${message}`)
}

const passes = (schema: string, document: string): boolean => findings(schema, document).length === 0

describe('multipleOf', () => {
  it.each([
    ['0.01', '19.99', true],
    ['0.01', '19.995', false],
    ['0.01', '4.35', true],
    ['0.1', '0.3', true],
    ['0.0001', '0.0075', true],
    ['1e-8', '12391239123', true],
    ['1.5', '4.5', true],
    ['3', '9007199254740993', true],
    ['2', '9007199254740993', false],
    ['7', '175928847299117059', true],
    ['7', '175928847299117060', false],
    ['1e300', '1e301', true],
    ['0.123456789', '1e308', false],
  ])('of %s and %s: %s', (divisor, value, isMultiple) => {
    expect(passes(`{"type":"number","multipleOf":${divisor}}`, value)).toBe(isMultiple)
    expect(passes(`{"$schema":"${DRAFT[4]}","multipleOf":${divisor}}`, value)).toBe(isMultiple)
  })
})

describe('numbers that a double does not hold', () => {
  it('are themselves and not their neighbours, at any depth', () => {
    expect(passes('{"const":9007199254740993}', '9007199254740993')).toBe(true)
    expect(passes('{"const":9007199254740993}', '9007199254740992')).toBe(false)
    expect(passes('{"const":9007199254740992}', '9007199254740993')).toBe(false)
    expect(passes('{"enum":[1,175928847299117063]}', '175928847299117056')).toBe(false)
    expect(passes('{"enum":[1,175928847299117063]}', '175928847299117063')).toBe(true)
    expect(passes('{"const":{"a":[9007199254740993]}}', '{"a":[9007199254740993]}')).toBe(true)
    expect(passes('{"const":{"a":[9007199254740993]}}', '{"a":[9007199254740992]}')).toBe(false)
    expect(passes('{"properties":{"id":{"const":9007199254740993}}}', '{"id":9007199254740992}')).toBe(false)
    expect(passes('{"const":0.12345678901234567891}', '0.12345678901234567892')).toBe(false)
    expect(passes('{"const":100}', '1.00e2')).toBe(true)
  })

  it('lie on the right side of a limit', () => {
    for (const draft of [DRAFT[7], DRAFT[2020]]) {
      const limit = (words: string, value: string): boolean =>
        passes(`{"$schema":"${draft}",${words}}`, value)
      expect(limit('"maximum":9007199254740992', '9007199254740993')).toBe(false)
      expect(limit('"maximum":9007199254740993', '9007199254740993')).toBe(true)
      expect(limit('"minimum":9007199254740993', '9007199254740992')).toBe(false)
      expect(limit('"exclusiveMaximum":9007199254740993', '9007199254740992')).toBe(true)
      expect(limit('"exclusiveMaximum":9007199254740993', '9007199254740993')).toBe(false)
      expect(limit('"exclusiveMinimum":-9007199254740993', '-9007199254740992')).toBe(true)
    }
    const old = (words: string, value: string): boolean => passes(`{"$schema":"${DRAFT[4]}",${words}}`, value)
    expect(old('"maximum":9007199254740993,"exclusiveMaximum":true', '9007199254740993')).toBe(false)
    expect(old('"maximum":9007199254740993,"exclusiveMaximum":true', '9007199254740992')).toBe(true)
    expect(old('"maximum":9007199254740993', '9007199254740993')).toBe(true)
    expect(old('"maximum":9007199254740992', '9007199254740993')).toBe(false)
  })

  it('are told apart by uniqueItems, which takes equal numbers for equal however they are written', () => {
    expect(passes('{"uniqueItems":true}', '[9007199254740992,9007199254740993]')).toBe(true)
    expect(passes('{"uniqueItems":true}', '[9007199254740993,9007199254740993]')).toBe(false)
    expect(passes('{"uniqueItems":true}', '[9007199254740993,1,1.0]')).toBe(false)
    expect(
      passes('{"uniqueItems":true}', '[{"a":9007199254740993,"b":1},{"b":1,"a":9007199254740993}]'),
    ).toBe(false)
  })

  it('stand in messages as they were written', () => {
    expect(findings('{"const":175928847299117063}', '1')).toEqual([
      'const: The document must be 175928847299117063',
    ])
    expect(findings('{"maximum":9007199254740993}', '9007199254740994')).toEqual([
      'maximum: The document must be <= 9007199254740993',
    ])
    expect(findings('{"enum":[9007199254740993,"a"]}', '1')).toEqual([
      'enum: The document must be one of 9007199254740993, "a"',
    ])
  })

  it('come from YAML, too', () => {
    expect(
      findings('{"properties":{"id":{"const":9007199254740993}}}', 'id: 9007199254740993', 'text/yaml'),
    ).toEqual([])
    expect(
      findings('{"properties":{"id":{"const":9007199254740993}}}', 'id: 9007199254740992', 'text/yaml'),
    ).toHaveLength(1)
  })

  it('take no memory by their powers of ten', () => {
    expect(passes('{"maximum":9007199254740993}', '1e-99999999999999999999')).toBe(true)
    expect(passes('{"maximum":9007199254740993}', '1e99999999999999999999')).toBe(false)
    expect(passes('{"minimum":9007199254740993}', '1e99999999999999999999')).toBe(true)
  })
})
