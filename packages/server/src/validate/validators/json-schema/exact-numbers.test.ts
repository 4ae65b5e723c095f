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
async function findings(
  schema: string,
  document: string,
  contentType = 'application/json',
): Promise<string[]> {
  const config = parseNotingNumbers(`{"schema":${schema}}`).value as Record<string, unknown>
  const compiled = await compile(config)
  if ('refused' in compiled) return [compiled.refused.message]
  const judged = compiled.judge(documentOf(documentSubmission(Buffer.from(document), contentType)))
  return judged.findings.map(({ code, message }) => `${code}: ${message}`)
}

const passes = async (schema: string, document: string): Promise<boolean> =>
  (await findings(schema, document)).length === 0

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
  ])('of %s and %s: %s', async (divisor, value, isMultiple) => {
    expect(await passes(`{"type":"number","multipleOf":${divisor}}`, value)).toBe(isMultiple)
    expect(await passes(`{"$schema":"${DRAFT[4]}","multipleOf":${divisor}}`, value)).toBe(isMultiple)
  })
})

describe('numbers that a double does not hold', () => {
  it('are themselves and not their neighbours, at any depth', async () => {
    expect(await passes('{"const":9007199254740993}', '9007199254740993')).toBe(true)
    expect(await passes('{"const":9007199254740993}', '9007199254740992')).toBe(false)
    expect(await passes('{"const":9007199254740992}', '9007199254740993')).toBe(false)
    expect(await passes('{"enum":[1,175928847299117063]}', '175928847299117056')).toBe(false)
    expect(await passes('{"enum":[1,175928847299117063]}', '175928847299117063')).toBe(true)
    expect(await passes('{"const":{"a":[9007199254740993]}}', '{"a":[9007199254740993]}')).toBe(true)
    expect(await passes('{"const":{"a":[9007199254740993]}}', '{"a":[9007199254740992]}')).toBe(false)
    expect(await passes('{"properties":{"id":{"const":9007199254740993}}}', '{"id":9007199254740992}')).toBe(
      false,
    )
    expect(await passes('{"const":0.12345678901234567891}', '0.12345678901234567892')).toBe(false)
    expect(await passes('{"const":100}', '1.00e2')).toBe(true)
  })

  it('lie on the right side of a limit', async () => {
    for (const draft of [DRAFT[7], DRAFT[2020]]) {
      const limit = (words: string, value: string): Promise<boolean> =>
        passes(`{"$schema":"${draft}",${words}}`, value)
      expect(await limit('"maximum":9007199254740992', '9007199254740993')).toBe(false)
      expect(await limit('"maximum":9007199254740993', '9007199254740993')).toBe(true)
      expect(await limit('"minimum":9007199254740993', '9007199254740992')).toBe(false)
      expect(await limit('"exclusiveMaximum":9007199254740993', '9007199254740992')).toBe(true)
      expect(await limit('"exclusiveMaximum":9007199254740993', '9007199254740993')).toBe(false)
      expect(await limit('"exclusiveMinimum":-9007199254740993', '-9007199254740992')).toBe(true)
    }
    const old = (words: string, value: string): Promise<boolean> =>
      passes(`{"$schema":"${DRAFT[4]}",${words}}`, value)
    expect(await old('"maximum":9007199254740993,"exclusiveMaximum":true', '9007199254740993')).toBe(false)
    expect(await old('"maximum":9007199254740993,"exclusiveMaximum":true', '9007199254740992')).toBe(true)
    expect(await old('"maximum":9007199254740993', '9007199254740993')).toBe(true)
    expect(await old('"maximum":9007199254740992', '9007199254740993')).toBe(false)
  })

  it('are told apart by uniqueItems, which takes equal numbers for equal however they are written', async () => {
    expect(await passes('{"uniqueItems":true}', '[9007199254740992,9007199254740993]')).toBe(true)
    expect(await passes('{"uniqueItems":true}', '[9007199254740993,9007199254740993]')).toBe(false)
    expect(await passes('{"uniqueItems":true}', '[9007199254740993,1,1.0]')).toBe(false)
    expect(
      await passes('{"uniqueItems":true}', '[{"a":9007199254740993,"b":1},{"b":1,"a":9007199254740993}]'),
    ).toBe(false)
  })

  it('stand in messages as they were written', async () => {
    expect(await findings('{"const":175928847299117063}', '1')).toEqual([
      'const: The document must be 175928847299117063',
    ])
    expect(await findings('{"maximum":9007199254740993}', '9007199254740994')).toEqual([
      'maximum: The document must be <= 9007199254740993',
    ])
    expect(await findings('{"enum":[9007199254740993,"a"]}', '1')).toEqual([
      'enum: The document must be one of 9007199254740993, "a"',
    ])
  })

  it('come from YAML, too', async () => {
    expect(
      await findings('{"properties":{"id":{"const":9007199254740993}}}', 'id: 9007199254740993', 'text/yaml'),
    ).toEqual([])
    expect(
      await findings('{"properties":{"id":{"const":9007199254740993}}}', 'id: 9007199254740992', 'text/yaml'),
    ).toHaveLength(1)
  })

  it('take no memory by their powers of ten', async () => {
    expect(await passes('{"maximum":9007199254740993}', '1e-99999999999999999999')).toBe(true)
    expect(await passes('{"maximum":9007199254740993}', '1e99999999999999999999')).toBe(false)
    expect(await passes('{"minimum":9007199254740993}', '1e99999999999999999999')).toBe(true)
  })
})
