import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { fromJson, type Json } from '../json-values.ts'
import { createLanguage } from '../language.ts'
import { shapeOfSchema } from './json-schema.ts'
import { createSteps, type Prospect } from './prospect.ts'
import { shapeOfValue, textShape } from './shape.ts'

const language = createLanguage({
  variables: ['type', 'data', 'body'],
  charactersMax: 10_000,
  mayNestLoops: true,
  timeoutMs: 10_000,
  clock: systemClock,
})

/** What a text comes to as a condition on `data`, by the schema of each type of event. */
function look(text: string, schemas: Record<string, unknown>): Prospect {
  return language.look(text, (spend) =>
    Object.entries(schemas).map(([name, schema]) => ({
      name,
      variables: new Map([
        ['type', textShape([name])],
        ['data', shapeOfSchema(schema, spend)],
      ]),
    })),
  )
}

const PAID = {
  type: 'object',
  required: ['amount'],
  properties: {
    amount: { type: 'number', minimum: 0 },
    status: { enum: ['paid', 'open'] },
    paid: { type: 'boolean' },
    note: { type: ['string', 'null'] },
    tags: { type: 'array', items: { type: 'string' } },
    items: { type: 'array', items: { $ref: '#/$defs/item' } },
    customer: { $ref: '#/$defs/customer' },
  },
  additionalProperties: false,
  $defs: {
    item: { type: 'object', properties: { price: { type: 'number' } }, additionalProperties: false },
    customer: {
      allOf: [{ type: 'object', properties: { name: { type: 'string' } } }],
      properties: { id: { type: 'integer' }, parent: { $ref: '#/$defs/customer' } },
    },
  },
}
const OPEN = { type: 'object', properties: { amount: { type: 'number' } } }
const TYPES = { 'order.paid': PAID }

describe('a condition that can never be true', () => {
  it.each([
    [
      'data.amont > 1',
      'line 1, column 5: there is no data.amont in order.paid, so it is never true. Did you mean data.amount?',
    ],
    [
      'data["amont"] > 1',
      'there is no data.amont in order.paid, so it is never true. Did you mean data.amount?',
    ],
    ['has(data.amont)', 'Did you mean data.amount?'],
    ['"amont" in data', 'Did you mean data.amount?'],
    ['amount > 1', 'there is no "amount" here, only type, data, body. Did you mean data.amount?'],
    ['data.price > 1', 'there is no data.price in order.paid, so it is never true'],
    ['data.name == "x"', 'Did you mean data.customer.name?'],
    ['data.amount', 'it gives a number of at least 0 in order.paid, and neither true nor false'],
    ['data.note', 'it gives a string or null in order.paid, and neither true nor false'],
    ['data.tags', 'it gives a list in order.paid, and neither true nor false'],
    ['data.customer', 'neither true nor false'],
    ['data.amount + 1', 'it gives neither true nor false'],
    [
      'data.amount == "5"',
      'data.amount is a number of at least 0 and never "5" in order.paid, so it is never true',
    ],
    ['"5" == data.amount', 'data.amount is a number of at least 0 and never "5"'],
    ['data.amount == null', 'and never null'],
    ['data.amount < 0', 'data.amount is a number of at least 0 and never < 0'],
    ['data.amount > "5"', '> cannot be used on a number of at least 0 and "5"'],
    [
      'data.status == "payd"',
      'data.status is "paid" or "open" and never "payd" in order.paid, so it is never true. Did you mean "paid"?',
    ],
    ['data.status in ["payed", "closed"]', 'never "payed"'],
    ['data.status.startsWith("x")', 'it can never be true in order.paid'],
    [
      'type == "order.piad"',
      'type is "order.paid" and never "order.piad" in order.paid, so it is never true. Did you mean "order.paid"?',
    ],
    ['data.tags == "x"', 'data.tags is a list and never "x"'],
    ['5 in data.tags', 'data.tags has items that are a string, and never a number that is 5'],
    ['data.tags.exists(t, t > 5)', '> cannot be used on a string and a number that is 5'],
    [
      'data.items.exists(i, i.prise > 5)',
      'there is no i.prise in order.paid, so it is never true. Did you mean i.price?',
    ],
    ['data.items[0].prise > 5', 'Did you mean data.items[0].price?'],
    ['size(data.items.filter(i, i.price == "x")) < 0', 'never'],
    [
      'data.amount.exists(a, true)',
      'data.amount is a number of at least 0, and has no items to look through',
    ],
    ['data.amount.value > 5', 'data.amount is a number of at least 0 and has no field "value"'],
    ['size(data.amount) > 5', 'size cannot be used on a number of at least 0'],
    ['!data.amount', '! cannot be used on a number of at least 0'],
    ['!has(data.amount)', 'it can never be true'],
    ['data.amount && data.paid', '&& needs true or false, and data.amount is a number of at least 0'],
    ['data.paid ? data.amount : data.note', 'neither true nor false'],
    ['data.customer.parent.parent.id == "x"', 'data.customer.parent.parent.id is a number and never "x"'],
    ['false', 'it can never be true'],
    ['1 == 2', 'never'],
  ])('%s', (text, reason) => {
    expect(look(text, TYPES).refused).toContain(reason)
  })
})

describe('a condition that can be true', () => {
  it.each([
    'data.amount > 5',
    'data.amount == 5 && data.status != "open"',
    'data.status in ["paid", "open"]',
    'has(data.note) && data.note != null && data.note.contains("x")',
    'data.note == null',
    'data.paid',
    '!data.paid || data.amount == 1.5',
    '"x" in data.tags && size(data.tags) > 1',
    'data.tags.all(t, t.startsWith("x"))',
    'data.items.map(i, i.price).exists(p, p > 5)',
    'data.items.exists_one(i, i.price > 5)',
    'data.customer.name == "x" && data.customer.parent.id == 5',
    'type == "order.paid"',
    'double(data.note) > 5 && string(data.amount) == "5"',
    'timestamp(data.note) > timestamp("2026-01-01T00:00:00Z")',
    '{"a": data.amount}.a == 1',
  ])('%s', (text) => {
    expect(look(text, TYPES)).toEqual({ refused: null, remarks: [] })
  })

  it('is let alone where nothing is known', () => {
    for (const text of ['data.amont > 1', 'data.amount', 'data.x.y[0].exists(z, z)', '!has(data.x)']) {
      expect(look(text, { a: true, b: {} })).toEqual({ refused: null, remarks: [] })
    }
  })

  it('is let alone where a schema cannot be followed', () => {
    const schemas = [
      { $ref: 'https://example.com/other' },
      { $ref: '#named' },
      { properties: { a: {} }, patternProperties: { '^b': {} } },
      { properties: { a: {} }, additionalProperties: { type: 'number' } },
      { properties: { a: {} }, $dynamicRef: '#x' },
      {
        $id: 'https://example.com/',
        anyOf: [{ properties: { a: {} } }, { $id: 'other', properties: { c: {} } }],
      },
      { $ref: '#' },
      { allOf: [{ $ref: '#/$defs/x' }], $defs: { x: { $ref: '#' } } },
    ]
    for (const schema of schemas)
      expect(look('data.b > 1', { a: schema })).toEqual({ refused: null, remarks: [] })
  })
})

describe('remarks', () => {
  const messages = (text: string, schemas: Record<string, unknown>) => {
    const prospect = look(text, schemas)
    return prospect.refused === null
      ? prospect.remarks.map(({ code, message }) => `${code}: ${message}`)
      : prospect
  }

  it('name what was meant where a schema leaves room', () => {
    expect(messages('data.amont > 1', { 'order.paid': OPEN })).toEqual([
      'field_unknown: line 1, column 5: data.amont is not declared in order.paid. Did you mean data.amount?',
    ])
    expect(messages('!has(data.amont)', { 'order.paid': OPEN })).toHaveLength(1)
    expect(messages('data.customer.nam == "x"', TYPES)).toEqual([
      'field_unknown: line 1, column 14: data.customer.nam is not declared in order.paid. Did you mean data.customer.name?',
    ])
  })

  it('are of parts that never hold', () => {
    expect(messages('data.amont > 1 || data.paid', TYPES)).toEqual([
      'field_unknown: line 1, column 5: there is no data.amont in order.paid. Did you mean data.amount?',
    ])
    expect(messages('data.amount != "5"', TYPES)).toEqual([
      'never_equal: line 1, column 13: data.amount is a number of at least 0 and never "5" in order.paid',
    ])
    expect(messages('data.status in ["paid", "opn"]', TYPES)).toEqual([
      'never_equal: line 1, column 25: data.status is "paid" or "open" and never "opn" in order.paid. Did you mean "open"?',
    ])
  })

  it('are of types that it is never true of', () => {
    const types = {
      ...TYPES,
      'order.gone': { type: 'object', properties: { why: {} }, additionalProperties: false },
    }
    expect(messages('data.amount > 1', types)).toEqual([
      'never_true: it is never true in order.gone: line 1, column 5: there is no data.amount',
    ])
    expect(messages('data.amount > 1', { ...types, 'order.gone': { properties: { why: {} } } })).toEqual([
      'never_true: it is never true unless more is there than is declared in order.gone: line 1, column 5: data.amount is not declared',
    ])
    expect(messages('has(data.amount) && data.amount > 1 || has(data.why)', types)).toEqual([])
    expect(messages('type == "order.paid" && data.amount > 1 || type == "order.gone"', types)).toEqual([])
    expect(messages('data.amont > 1', types)).toHaveProperty('refused')
  })

  it('are as many as can be read, and none of what takes too long', () => {
    const parts = Array.from({ length: 40 }, (_, index) => `data.x${index} == 1`).join(' || ')
    expect(messages(`${parts} || data.paid`, TYPES)).toHaveLength(10)
    const deep = Array.from({ length: 40 }, (_, index) => `data.items.exists(i${index}, `).join('')
    expect(look(`${deep}data.amont == 1${')'.repeat(40)}`, TYPES)).toEqual({ refused: null, remarks: [] })
    const wide = { anyOf: Array.from({ length: 60_000 }, () => ({ type: 'object' })) }
    expect(look('data.amont == 1', { a: wide })).toEqual({ refused: null, remarks: [] })
  })
})

describe('what is true of a value', () => {
  const name = fc.constantFrom('a', 'b', 'l')
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constantFrom<Json>(null, true, false, 0, 1, 2, 'a', 'b', ''),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  }))
  const { text } = fc.letrec<{ text: string }>((tie) => {
    const part = tie('text')
    return {
      text: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.constantFrom('data', '1', '0.5', '"a"', 'true', 'false', 'null', '[]', '[1, "a"]'),
        fc.constantFrom(
          'data.a',
          'data.b',
          'data["a"]',
          'data[0]',
          'data.a.b',
          'has(data.a)',
          'has(data.a.b)',
        ),
        fc
          .tuple(part, fc.constantFrom('==', '!=', '<', '>=', '&&', '||', 'in', '+', '-', '*'), part)
          .map(([one, operator, other]) => `(${one} ${operator} ${other})`),
        fc.tuple(part, part, part).map(([one, yes, no]) => `(${one} ? ${yes} : ${no})`),
        fc
          .tuple(fc.constantFrom('!', 'size', 'type', 'string', 'dyn'), part)
          .map(([name, of]) => `${name}(${of})`),
        fc
          .tuple(part, fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map'), part)
          .map(([list, macro, of]) => `${list}.${macro}(data, ${of})`),
        fc.tuple(part, fc.constantFrom('startsWith', 'contains')).map(([of, test]) => `(${of}).${test}("a")`),
      ),
    }
  })

  /** A schema that the value satisfies, and says as much of it as it can, or less. */
  function schemaOf(of: Json, isClosed: boolean): unknown {
    if (of === null) return { type: ['null', 'string'] }
    if (Array.isArray(of))
      return { type: 'array', items: { anyOf: of.map((item: Json) => schemaOf(item, isClosed)) } }
    if (typeof of !== 'object') return isClosed ? { const: of } : { type: typeof of }
    const properties = Object.fromEntries(
      Object.entries(of).map(([key, field]) => [key, schemaOf(field, isClosed)]),
    )
    return {
      properties,
      required: isClosed ? Object.keys(of) : [],
      ...(isClosed && { additionalProperties: false }),
    }
  }

  it('is never taken for impossible', () => {
    let holding = 0
    fc.assert(
      fc.property(value, text, fc.boolean(), (data, expression, isClosed) => {
        const condition = language.compile(expression)
        if ('refused' in condition || condition.evaluate(new Map([['data', fromJson(data)]])) !== true) return
        holding += 1
        expect(look(expression, { a: schemaOf(data, isClosed) }).refused).toBeNull()
        const variables = new Map([['data', shapeOfValue(data)]])
        expect(language.look(expression, () => [{ name: null, variables }]).refused).toBeNull()
      }),
      { numRuns: 1_000 },
    )
    expect(holding).toBeGreaterThan(10)
  })
})

it('steps end what takes too many of them', () => {
  const spend = createSteps(1)
  spend()
  expect(spend).toThrow()
})
