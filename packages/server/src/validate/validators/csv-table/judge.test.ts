import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../core/limits.ts'
import { documentSubmission } from '../../../core/run.ts'
import { documentOf } from '../document-of.ts'
import type { Judgement } from '../validator.ts'
import { compile } from './judge.ts'
import type { CsvTableConfig } from './validator.ts'

type Schema = CsvTableConfig['schema']
const ORDERS: Schema = {
  fields: [
    { name: 'id', type: 'integer', constraints: { required: true, unique: true } },
    { name: 'name' },
    { name: 'price', type: 'number', constraints: { minimum: 0 } },
  ],
}

function judge(
  schema: Schema,
  content: string | Buffer,
  rest: Omit<CsvTableConfig, 'schema'> = {},
): Judgement {
  const compiled = compile({ schema, ...rest })
  if ('refused' in compiled) throw new Error(`${compiled.refused.field} ${compiled.refused.message}`)
  return compiled.judge(documentOf(documentSubmission(Buffer.from(content))))
}

/** Each finding in short: code, line, column, path. */
function told(judgement: Judgement): string[] {
  return judgement.findings.map(({ code, line, column, path }) =>
    [code, line ?? '-', column ?? '-', path].join(' ').trim(),
  )
}

describe('a table', () => {
  it('that keeps to its schema passes, with any line breaks and byte order mark', () => {
    const text = 'id,name,price\n1,"a, b",2.5\n2,"line\nbreak",\n3,"""quoted""",1e3'
    for (const lines of [
      text,
      `${text}\n`,
      `\ufeff${text}`,
      text.replaceAll('\n', '\r\n'),
      text.replaceAll('\n', '\r'),
    ]) {
      expect(judge(ORDERS, lines)).toEqual({ findings: [], counts: { error: 0, warning: 0, info: 0 } })
    }
    expect(judge(ORDERS, Buffer.from(`\ufeff${text}`, 'utf16le')).findings).toEqual([])
  })

  it('that does not is told of by line, column, path and name', () => {
    const judgement = judge(ORDERS, 'id,name,price\n1,"two\n\nlines",-1\nx,a,1\n,b,y\n1,c,2')
    expect(judgement.counts).toEqual({ error: 5, warning: 0, info: 0 })
    expect(judgement.findings[0]).toEqual({
      severity: 'error',
      code: 'minimum',
      message: '"price" must be at least 0, and is "-1"',
      path: '/rows/1/price',
      property: 'price',
      schemaType: null,
      line: 2,
      column: 3,
    })
    expect(told(judgement).slice(1)).toEqual([
      'type 5 1 /rows/2/id',
      'required 6 1 /rows/3/id',
      'type 6 3 /rows/3/price',
      'unique 7 1 /rows/4/id',
    ])
    expect(judgement.findings.at(-1)?.message).toBe('"id" must be unique: line 2 has "1" as well')
  })

  it('counts a line break within quotes once, whatever it is made of', () => {
    for (const lineBreak of ['\n', '\r\n', '\r']) {
      const rows = ['id,name,price', `1,"a${lineBreak}${lineBreak}b",1`, 'x,c,2']
      expect(told(judge(ORDERS, rows.join(lineBreak)))).toEqual(['type 5 1 /rows/2/id'])
    }
    expect(told(judge(ORDERS, 'id,name,price\r\n1,a,1\n2,b,2\rx,c,3'))).toEqual(['type 4 1 /rows/3/id'])
  })

  it('may have ragged and blank rows', () => {
    expect(told(judge(ORDERS, 'id,name,price\n1,a\n\n2,b,3,4\n3\n'))).toEqual([
      'missing_cell 2 3 /rows/1/price',
      'blank_row 3 -',
      'extra_cell 4 4 /rows/2',
      'missing_cell 5 2 /rows/3/name',
      'missing_cell 5 3 /rows/3/price',
    ])
    expect(judge({ fields: [{ name: 'a' }] }, 'a\n\nb').findings).toEqual([])
  })

  it('has no rows in the blank lines around it', () => {
    const required: Schema = { fields: [{ name: 'a', constraints: { required: true } }] }
    expect(told(judge(required, 'a\n1\n\n\n'))).toEqual(['blank_row 3 -', 'blank_row 4 -'])
    expect(told(judge(required, '\r\n\na\n1'))).toEqual(['blank_row 1 -', 'blank_row 2 -'])
    expect(told(judge(ORDERS, '\nid,name,price\n1,a,2\n\n'))).toEqual(['blank_row 1 -', 'blank_row 4 -'])
    expect(told(judge(ORDERS, '\n\n'))).toEqual(['blank_row 1 -', 'blank_row 2 -', 'missing_header 1 -'])
  })

  it('of one column has an empty cell in a blank line, or in one of quotes', () => {
    const required: Schema = { fields: [{ name: 'a', constraints: { required: true } }] }
    expect(told(judge(required, 'a\n\n1'))).toEqual(['required 2 1 /rows/1/a'])
    expect(told(judge(required, 'a\n1\n""'))).toEqual(['required 3 1 /rows/2/a'])
    expect(told(judge(required, '\n1', { header: false }))).toEqual(['required 1 1 /rows/1/a'])
  })

  it('may be empty but for its header, where it has one', () => {
    expect(told(judge(ORDERS, 'id,name,price'))).toEqual([])
    expect(told(judge(ORDERS, ''))).toEqual(['missing_header 1 -'])
    expect(told(judge(ORDERS, '', { header: false }))).toEqual([])
  })

  it('may have another delimiter and quote, and no header', () => {
    const options = { delimiter: ';', quote: "'", header: false }
    expect(judge(ORDERS, "1;'a;''b';2\n2;\"c\";3", options).findings).toEqual([])
    expect(told(judge(ORDERS, '1;a;x', options))).toEqual(['type 1 3 /rows/1/price'])
  })

  it('is told of up to the limit and counted whole', () => {
    const rows = Array.from({ length: 3_000 }, () => 'x,y,z')
    const judgement = judge(ORDERS, ['id,name,price', ...rows].join('\n'))
    expect(judgement.findings).toHaveLength(LIMITS.findingsMax)
    expect(judgement.counts.error).toBe(6_000)
  })
})

describe('a header', () => {
  it.each([
    ['id,name', ['missing_column 1 -']],
    ['id,name,price,extra', ['extra_column 1 4']],
    ['id,name,name,price', ['duplicate_column 1 3']],
    ['name,id,price', ['column_order 1 2']],
    ['Id,name,price', ['extra_column 1 1', 'missing_column 1 -']],
  ])('%s is told of once', (header, findings) => {
    expect(told(judge(ORDERS, header))).toEqual(findings)
  })

  it('in another order says which cell is whose', () => {
    expect(told(judge(ORDERS, 'price,name,id\nx,a,1'))).toEqual([
      'column_order 1 3',
      'type 2 1 /rows/1/price',
    ])
  })
})

describe('what is no table', () => {
  it.each([
    ['id,name,price\n1,"a,2\n3,b,4\n', 2, 2, 'A cell begins with " and has none at its end.'],
    [
      'id,name,price\n1,a,2\n3,"b"c,4',
      3,
      2,
      'A cell goes on after the " at its end: inside a cell it is written twice.',
    ],
    ['id,name,price\n1,a"b,2', 2, 2, 'A cell has a " inside and none at its beginning.'],
  ])('%j is told where', (content, line, column, reason) => {
    expect(judge(ORDERS, content).findings.at(-1)).toMatchObject({
      code: 'malformed_csv',
      message: `${reason} The rest is not judged.`,
      line,
      column,
    })
  })

  it('may be bytes of another charset, unless the content type says so', () => {
    const content = Buffer.from('id,name,price\n1,é,2', 'latin1')
    expect(judge(ORDERS, content).findings).toMatchObject([
      { code: 'not_text', message: 'It is not text in the charset utf-8.' },
    ])
    const compiled = compile({ schema: ORDERS })
    if ('refused' in compiled) throw new Error(compiled.refused.message)
    const judgeAs = (contentType: string) =>
      compiled.judge(documentOf(documentSubmission(content, contentType)))
    expect(judgeAs('text/csv; charset="ISO-8859-1"').findings).toEqual([])
    expect(judgeAs('text/csv; charset=klingon').findings[0]?.message).toBe('No charset is called "klingon".')
  })
})

describe('keys and missing values', () => {
  const keyed: Schema = {
    fields: [{ name: 'a', type: 'integer' }, { name: 'b/c~' }],
    primaryKey: ['a', 'b/c~'],
    missingValues: ['-', ''],
  }

  it('hold a primary key whole and unique, by value and not by spelling', () => {
    const judgement = judge(keyed, 'a,b/c~\n1,x\n1,y\n01,x\n-,x\n2,')
    expect(told(judgement)).toEqual([
      'primary_key 4 - /rows/3',
      'primary_key 5 - /rows/4',
      'primary_key 6 - /rows/5',
    ])
    expect(judgement.findings.map(({ message }) => message)).toEqual([
      'The primary key (a, b/c~) is that of line 2 as well.',
      'The primary key (a, b/c~) must have a value in each of its fields.',
      'The primary key (a, b/c~) must have a value in each of its fields.',
    ])
  })

  it('give names in a path as JSON Pointers do', () => {
    const schema: Schema = { fields: [{ name: 'b/c~', type: 'integer' }] }
    expect(told(judge(schema, 'b/c~\nx'))).toEqual(['type 2 1 /rows/1/b~1c~0'])
  })
})

describe('laws', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '🚀'), maxLength: 8 })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

  it('whatever stands in quotes is one cell, and lines are those of the text', () => {
    const schema: Schema = { fields: [{ name: 'text' }, { name: 'number', type: 'integer' }] }
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 6 }), (cells) => {
        const before = ['text,number', ...cells.map((text, index) => `${quoted(text)},${index}`), ''].join(
          '\n',
        )
        const line = before.split(/\r\n|\r|\n/).length
        expect(told(judge(schema, `${before}last,x`))).toEqual([
          `type ${line} 2 /rows/${cells.length + 1}/number`,
        ])
      }),
    )
  })

  it('any integer is read as it is written, and compared so', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (value, bound) => {
        const schema: Schema = {
          fields: [{ name: 'n', type: 'integer', constraints: { minimum: String(bound) } }],
        }
        expect(judge(schema, `n\n${value}`).counts.error).toBe(value >= bound ? 0 : 1)
      }),
    )
  })

  it('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) => {
        expect(judge(ORDERS, text).findings).toBeDefined()
        expect(judge(ORDERS, Buffer.from(bytes)).findings).toBeDefined()
      }),
    )
  })
})
