import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../core/limits.ts'
import { documentSubmission, type Finding } from '../../../core/run.ts'
import { documentOf } from '../document-of.ts'
import type { Judgement } from '../validator.ts'
import { compile } from './judge.ts'

async function judge(schema: unknown, document: unknown): Promise<Judgement> {
  const compiled = await compile({ schema })
  if ('refused' in compiled) throw new Error(compiled.refused.message)
  const content = Buffer.from(JSON.stringify(document))
  return compiled.judge(documentOf(documentSubmission(content)))
}

async function refusalOf(schema: unknown): Promise<string> {
  const compiled = await compile({ schema })
  if (!('refused' in compiled)) throw new Error('The schema compiled')
  expect(compiled.refused.field).toBe('schema')
  return compiled.refused.message
}

function only({ findings }: Judgement): Finding {
  expect(findings).toHaveLength(1)
  return findings[0]!
}

describe('a finding', () => {
  it('names a missing property, the path of its object, and the title as schema type', async () => {
    const schema = { title: 'Article', properties: { author: { required: ['name'] } } }
    expect(await judge(schema, { author: {} })).toEqual({
      findings: [
        {
          severity: 'error',
          code: 'required',
          message: '"name" is required',
          path: '/author',
          property: 'name',
          schemaType: 'Article',
          line: 1,
          column: 11,
        },
      ],
      counts: { error: 1, warning: 0, info: 0 },
    })
  })

  it('has no property and no schema type where there is none', async () => {
    expect(only(await judge({ type: 'object' }, 5))).toEqual({
      severity: 'error',
      code: 'type',
      message: 'The document must be an object',
      path: '',
      property: null,
      schemaType: null,
      line: 1,
      column: 1,
    })
  })

  it('gives the path as a JSON Pointer and the property as it is spelt', async () => {
    const finding = only(await judge({ additionalProperties: { type: 'string' } }, { 'a/b~c': 1 }))
    expect(finding).toMatchObject({
      path: '/a~1b~0c',
      property: 'a/b~c',
      message: '"a/b~c" must be a string',
    })
  })

  it.each<[string, unknown, unknown, string]>([
    [
      'additionalProperties',
      { properties: {}, additionalProperties: false },
      { x: 1 },
      '"x" is not allowed here',
    ],
    ['unevaluatedProperties', { unevaluatedProperties: false }, { x: 1 }, '"x" is not allowed here'],
    [
      'dependentRequired',
      { dependentRequired: { a: ['b'] } },
      { a: 1 },
      '"b" is required when "a" is present',
    ],
    ['type', { items: { type: ['string', 'null'] } }, [1], '"0" must be a string or null'],
    [
      'type',
      { properties: { tags: { items: { type: 'integer' } } } },
      { tags: [1, 'x'] },
      '"tags/1" must be a whole number',
    ],
    ['enum', { enum: ['a', 2, null] }, 'b', 'The document must be one of "a", 2, null'],
    ['enum', { enum: ['a'] }, 'b', 'The document must be "a"'],
    ['const', { const: { a: 1 } }, 'b', 'The document must be {"a":1}'],
    ['format', { format: 'email' }, 'nobody', 'The document must be in the format "email"'],
    ['minLength', { minLength: 1 }, '', 'The document must have at least 1 character'],
    ['maxItems', { maxItems: 1 }, [1, 2], 'The document must have at most 1 item'],
    ['minProperties', { minProperties: 2 }, {}, 'The document must have at least 2 properties'],
    ['minimum', { minimum: 5 }, 4, 'The document must be >= 5'],
    ['pattern', { pattern: '^a$' }, 'b', 'The document must match pattern "^a$"'],
    [
      'uniqueItems',
      { uniqueItems: true },
      [1, 2, 1],
      'The document must not have the same item twice: items 0 and 2 are equal',
    ],
    ['not', { not: {} }, 1, 'The document must not match what the schema forbids'],
    ['false_schema', { properties: { a: false } }, { a: 1 }, '"a" is not allowed here'],
    ['contains', { contains: true }, [], 'The document must contain at least 1 valid item(s)'],
    ['items', { prefixItems: [true], items: false }, [1, 2], 'The document must NOT have more than 1 items'],
    ['enum', { enum: [] }, 1, 'The document must be one of the allowed values, and the schema allows none'],
  ])('explains %s, whichever library judges', async (code, schema, document, message) => {
    expect(only(await judge(schema, document))).toMatchObject({ code, message })
    expect(only(await judge({ ...Object(schema), $dynamicAnchor: 'here' }, document))).toMatchObject({
      code,
      message,
    })
  })

  it('shows ten values of a long enum and tells how many there are', async () => {
    const values = Array.from({ length: 11 }, (_, index) => index)
    expect(only(await judge({ enum: values }, 'x')).message).toBe(
      'The document must be one of 11 values: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 …',
    )
  })

  it('tells apart the two ways to miss a oneOf', async () => {
    const schema = { oneOf: [{ minimum: 1 }, { minimum: 2 }] }
    expect((await judge(schema, 0)).findings.at(-1)?.message).toContain('matches none')
    expect(only(await judge(schema, 3)).message).toContain('matches more than one')
  })

  it('stays short, whatever the schema and the document are', async () => {
    const schema = { title: 't'.repeat(5_000), additionalProperties: { const: 'v'.repeat(5_000) } }
    const finding = only(await judge(schema, { ['k'.repeat(5_000)]: 1 }))
    expect(finding.message).toHaveLength(LIMITS.findingMessageCharactersMax)
    for (const text of [finding.path, finding.property, finding.schemaType]) {
      expect(text).toHaveLength(LIMITS.findingPathCharactersMax)
    }
  })
})

describe('judging', () => {
  it('reports all errors, lists up to the limit and counts the rest', async () => {
    const document = Array.from({ length: LIMITS.findingsMax + 1 }, () => 1)
    const judgement = await judge({ items: { type: 'string' } }, document)
    expect(judgement.findings).toHaveLength(LIMITS.findingsMax)
    expect(judgement.counts.error).toBe(LIMITS.findingsMax + 1)
  })

  it('does not take what an object inherits for its own', async () => {
    expect(only(await judge({ required: ['toString'] }, {})).property).toBe('toString')
    expect((await judge({ properties: { constructor: { type: 'number' } } }, {})).findings).toEqual([])
  })

  it('fails a document that is not JSON with a finding', async () => {
    const compiled = await compile({ schema: true })
    if ('refused' in compiled) throw new Error(compiled.refused.message)
    const judgement = compiled.judge(documentOf(documentSubmission(Buffer.from('<a/>'))))
    expect(only(judgement)).toMatchObject({ code: 'document_not_json', severity: 'error' })
    expect(judgement.counts.error).toBe(1)
  })

  it('takes true and false as schemas', async () => {
    expect((await judge(true, 1)).findings).toEqual([])
    expect((await judge(false, 1)).counts.error).toBe(1)
  })

  it('leaves formats it does not know alone', async () => {
    expect((await judge({ format: 'isbn' }, 'x')).findings).toEqual([])
  })

  it('keeps schemas with the same $id apart', async () => {
    const $id = 'https://example.com/order.json'
    expect((await judge({ $id, type: 'string' }, 'x')).findings).toEqual([])
    expect((await judge({ $id, type: 'number' }, 'x')).counts.error).toBe(1)
  })
})

describe('the draft of a schema', () => {
  // What each draft alone understands: the others ignore or refuse it.
  it.each<[string, object, unknown]>([
    ['http://json-schema.org/draft-04/schema#', { minimum: 1, exclusiveMinimum: true }, 1],
    ['http://json-schema.org/draft-06/schema#', { items: [{ const: 'a' }], additionalItems: false }, ['b']],
    ['http://json-schema.org/draft-07/schema#', { if: { const: 1 }, then: false }, 1],
    ['https://json-schema.org/draft/2019-09/schema', { dependentSchemas: { a: false } }, { a: 1 }],
    ['https://json-schema.org/draft/2020-12/schema', { prefixItems: [false] }, [1]],
  ])('%s is understood', async ($schema, keywords, document) => {
    expect((await judge({ $schema, ...keywords }, document)).counts.error).toBeGreaterThan(0)
  })

  it.each([
    'http://json-schema.org/draft-07/schema',
    'https://json-schema.org/draft-07/schema',
    'https://json-schema.org/draft-07/schema#',
  ])('may be written as %s', async ($schema) => {
    expect((await judge({ $schema, items: [false] }, [1])).counts.error).toBe(1)
  })

  it('is 2020-12 when the schema does not say', async () => {
    expect((await judge({ prefixItems: [false] }, [1])).counts.error).toBe(1)
    expect(await refusalOf({ items: [false] })).toBe(
      'schema/items must be an object or true or false, not a list. Without $schema it is read as https://json-schema.org/draft/2020-12/schema.',
    )
  })

  it.each(['https://example.com/draft', '', 7, 'http://json-schema.org/draft-03/schema#'])(
    'cannot be %j',
    async ($schema) => {
      expect(await refusalOf({ $schema })).toContain('http://json-schema.org/draft-07/schema')
    },
  )
})

describe('a schema that does not compile', () => {
  it('is told by what is wrong', async () => {
    expect(await refusalOf({ type: 'strin' })).toContain(
      'schema/type must be one of "array", "boolean", "integer", "null", "number", "object", "string", or a list, not "strin". Did you mean "string"?',
    )
    expect(await refusalOf({ properties: { a: { required: 'b' } } })).toContain(
      'schema/properties/a/required must be a list, not "b".',
    )
    expect(await refusalOf({ minLength: -1 })).toContain('schema/minLength must be >= 0, not -1.')
    expect(await refusalOf({ pattern: '(' })).toContain('Invalid regular expression: /(/')
    expect(await refusalOf({ $ref: '#/$defs/nowhere' })).toContain("can't resolve reference #/$defs/nowhere")
  })

  it('may not refer to another host', async () => {
    expect(await refusalOf({ $ref: 'https://example.com/order.json' })).toContain('never fetched')
  })

  it('may not be asynchronous, since its promise would pass every document', async () => {
    expect(await refusalOf({ $async: true, type: 'string' })).toContain('$async')
    expect(await refusalOf({ properties: { a: { $async: true, type: 'string' } } })).toContain('async')
  })

  it('is told when it is nested too deeply', async () => {
    let schema: Record<string, unknown> = {}
    for (let depth = 0; depth < 5_000; depth += 1) schema = { not: schema }
    expect(await refusalOf(schema)).toBe('It is nested too deeply to be compiled.')
  })
})
