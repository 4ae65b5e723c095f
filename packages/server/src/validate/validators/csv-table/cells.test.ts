import { describe, expect, it } from 'vitest'
import { documentSubmission } from '../../../core/run.ts'
import { documentOf } from '../document-of.ts'
import { compile } from './judge.ts'
import type { FieldSchema } from './validator.ts'

type Changes = Omit<FieldSchema, 'name'>

/** The texts that a field has a finding for, with its code. */
function faultsOf(changes: Changes, texts: readonly string[]): string[] {
  const compiled = compile({ schema: { fields: [{ name: 'cell', ...changes }] } })
  if ('refused' in compiled) throw new Error(`${compiled.refused.field} ${compiled.refused.message}`)
  const rows = texts.map((text) => `"${text.replaceAll('"', '""')}"`)
  const { findings } = compiled.judge(
    documentOf(documentSubmission(Buffer.from(['cell', ...rows].join('\n')))),
  )
  return findings.map(({ code, line = 0 }) => `${code} ${texts[line - 2] ?? ''}`)
}

function refusalOf(changes: Changes): string {
  const compiled = compile({ schema: { fields: [{ name: 'cell', ...changes }] } })
  return 'refused' in compiled ? `${compiled.refused.field} ${compiled.refused.message}` : 'none'
}

describe('types', () => {
  it.each<[Changes, string[], string[]]>([
    [{ type: 'integer' }, ['0', '-12', '+3', '007', '123456789012345678901'], ['1.0', '1e3', ' 1', '١']],
    [
      { type: 'number' },
      ['0', '-1.5', '.5', '2.', '1e-3', 'INF', '-INF', 'NaN'],
      ['1,5', '1.2.3', 'e5', '0x1', '.'],
    ],
    [{ type: 'number', decimalChar: ',', groupChar: '.' }, ['1.234,5', '1,5'], ['1,2,3', 'x']],
    [
      { type: 'number', bareNumber: false },
      [
        '€ 12.50',
        '12%',
        '-3 net',
        '12.50 Fr.',
        'Fr. 12.50',
        'Fr.12.50',
        '100 pcs.',
        '.5 kg',
        '-.5',
        'NaN',
        '-INF',
        '1e3 m',
      ],
      ['free', '', 'Fr.', '1.2.3', '10 m2', '1 2'],
    ],
    [
      { type: 'number', bareNumber: false, decimalChar: ',', groupChar: '.' },
      ['1.234,50 Fr.', 'Fr. 1.234,50', '€,5'],
      ['1,2,3 Fr.'],
    ],
    [{ type: 'integer', bareNumber: false }, ['No. 12', '12 pcs.', '#7'], ['12.5 pcs.']],
    [{ type: 'integer', bareNumber: false, groupChar: ' ' }, ['$ 1 000'], ['1.5']],
    [{ type: 'boolean' }, ['true', 'False', '1', '0'], ['yes', 'tRUE', '2']],
    [{ type: 'boolean', trueValues: ['ja'], falseValues: ['nein'] }, ['ja', 'nein'], ['true']],
    [{ type: 'year' }, ['2026', '-0044'], ['26', '20260']],
    [{ type: 'any' }, ['x', '1'], []],
    [{ type: 'string', format: 'email' }, ['a@b.example', 'a@localhost'], ['a', '@b', 'a@b.', 'a b@c']],
    [{ type: 'string', format: 'uri' }, ['https://a.example/x', 'urn:x'], ['a.example', 'http:', 'a b:c']],
    [
      { type: 'string', format: 'uuid' },
      ['0190A2B4-5c6d-7e8f-9012-3456789abcde'],
      ['0190a2b45c6d7e8f90123456789abcde'],
    ],
    [
      { type: 'date' },
      ['2024-02-29', '0001-01-01'],
      ['2023-02-29', '2024-13-01', '24-01-01', '2024-01-01T00:00:00Z'],
    ],
    [{ type: 'date', format: '%d.%m.%Y' }, ['29.2.2024', '01.12.1999'], ['2024-02-29', '30.02.2024']],
    [{ type: 'date', format: '%d/%m/%y' }, ['29/02/24'], ['29/02/23']],
    [{ type: 'time' }, ['00:00:00', '23:59:59.5'], ['24:00:00', '12:60:00', '12:00']],
    [{ type: 'time', format: '%H.%M' }, ['9.05', '23.59'], ['24.00']],
    [
      { type: 'datetime' },
      ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00+05:30', '2024-02-29T12:00:00.123'],
      ['2024-02-29', '2024-02-29 12:00:00', '2024-02-29T12:00:00+24:00'],
    ],
    [{ type: 'datetime', format: '%Y%m%d%%%H%M%z' }, ['20240229%1200+0100'], ['20240229 1200Z']],
  ])('%j', (changes, good, bad) => {
    const wrong = bad.filter((text) => text !== '')
    expect(faultsOf(changes, [...good, ...wrong])).toEqual(wrong.map((text) => `type ${text}`))
  })
})

describe('constraints', () => {
  it.each<[Changes, string[], string[]]>([
    [
      { type: 'number', bareNumber: false, constraints: { minimum: 12 } },
      ['Fr.12.50', 'Fr. 12.50', '12.50.', '+12.50'],
      ['-€12.50', '€ -12.50', '- 12.50', 'Fr. .5'],
    ],
    [{ constraints: { pattern: '\\p{Lu}\\p{L}*' } }, ['Zürich', 'Ärger'], ['bern', 'Z1']],
    [{ constraints: { required: true } }, ['a'], ['']],
    [{ constraints: { minLength: 2 } }, ['ab', '🚀🚀'], ['a', '🚀']],
    [{ constraints: { maxLength: 2 } }, ['ab', '🚀🚀'], ['abc']],
    [{ constraints: { pattern: '[A-Z]{2}|x' } }, ['AB', 'x'], ['ABC', 'xy', 'ab']],
    [{ constraints: { enum: ['a', 'b'] } }, ['a', 'b'], ['c', 'A']],
    [{ type: 'integer', constraints: { enum: [1, '2'] } }, ['1', '02'], ['3']],
    [{ type: 'integer', constraints: { minimum: 0, maximum: '9007199254740993' } }, ['9007199254740993'], []],
    [{ type: 'integer', constraints: { maximum: '9007199254740993' } }, ['1'], ['9007199254740994']],
    [{ type: 'date', constraints: { minimum: '2024-01-31' } }, ['2024-01-31', '2024-02-01'], ['2024-01-30']],
    [
      { type: 'datetime', constraints: { maximum: '2024-01-01T12:00:00Z' } },
      ['2024-01-01T13:00:00+01:00'],
      ['2024-01-01T12:00:01Z'],
    ],
    [{ type: 'time', constraints: { minimum: '09:00:00' } }, ['09:00:00'], ['08:59:59']],
    [{ type: 'year', constraints: { minimum: 2000 } }, ['2000'], ['1999']],
    [{ constraints: { unique: true } }, ['a', 'b'], ['a']],
    [{ type: 'number', constraints: { unique: true } }, ['1', '2'], ['1.0']],
  ])('%j', (changes, good, bad) => {
    const [constraint = ''] = Object.keys(changes.constraints ?? {}).slice(-1)
    const code = constraint.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`)
    expect(faultsOf(changes, [...good, ...bad])).toEqual(bad.map((text) => `${code} ${text}`))
  })

  it('do not meet what is missing, unless it is required', () => {
    expect(faultsOf({ type: 'integer', constraints: { minimum: 5, unique: true } }, ['', '', '6'])).toEqual(
      [],
    )
  })

  it('have patterns that no text makes slow', () => {
    expect(faultsOf({ constraints: { pattern: '(a+)+' } }, [`${'a'.repeat(50_000)}!`])).toHaveLength(1)
  })
})

describe('a field that cannot be one', () => {
  it.each<[Changes, string]>([
    [{ type: 'integer', format: 'x' }, 'schema.fields[0].format has no meaning for the type integer'],
    [{ format: 'binary' }, 'schema.fields[0].format must be one of default, email, uri, uuid'],
    [
      { type: 'date', format: 'any' },
      'schema.fields[0].format must be "default", or a pattern such as %d/%m/%Y',
    ],
    [{ type: 'date', format: '%d %B' }, 'schema.fields[0].format must not have %B, only %Y'],
    [{ type: 'date', format: '%d%d' }, 'schema.fields[0].format must not have a part twice'],
    [
      { constraints: { minimum: 1 } },
      'schema.fields[0].constraints.minimum has no meaning for the type string',
    ],
    [
      { type: 'date', constraints: { minimum: 1 } },
      'schema.fields[0].constraints.minimum must be a date such as',
    ],
    [
      { type: 'integer', constraints: { pattern: 'x' } },
      'schema.fields[0].constraints.pattern has no meaning',
    ],
    [{ constraints: { pattern: '(' } }, 'schema.fields[0].constraints.pattern cannot be used'],
    [
      { type: 'integer', constraints: { enum: ['x'] } },
      'schema.fields[0].constraints.enum must have values that are a whole number',
    ],
  ])('%j', (changes, refusal) => {
    expect(refusalOf(changes)).toContain(refusal)
  })

  it('may be one with the name of another, or a key of no field', () => {
    expect(compile({ schema: { fields: [{ name: 'a' }, { name: 'a' }] } })).toEqual({
      refused: { field: 'schema.fields[1].name', message: 'must not be that of another field' },
    })
    expect(compile({ schema: { fields: [{ name: 'a' }], primaryKey: 'b' } })).toEqual({
      refused: { field: 'schema.primaryKey', message: 'must name fields of the schema' },
    })
    expect(compile({ schema: { fields: [{ name: 'a' }] }, delimiter: '"' })).toMatchObject({
      refused: { field: 'quote' },
    })
  })
})
