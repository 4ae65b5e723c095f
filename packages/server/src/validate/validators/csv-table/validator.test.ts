import { describe, expect, it } from 'vitest'
import { csvTable } from './validator.ts'

const check = (config: Record<string, unknown>) => csvTable.checkConfig(config)
const field = (changes: object) => ({
  schema: { fields: [{ name: 'a' }, { name: 'b' }, { name: 'c', ...changes }] },
})

describe('the shape of a configuration', () => {
  it('may be names alone, or all there is', () => {
    expect(check({ schema: { fields: [{ name: 'a' }] } })).toEqual([])
    expect(
      check({
        schema: {
          fields: [
            {
              name: 'price',
              type: 'number',
              format: 'default',
              title: 'Price',
              description: 'In euros',
              decimalChar: ',',
              groupChar: '.',
              bareNumber: false,
              constraints: { required: true, unique: true, minimum: 0, maximum: '1000', enum: [1, '2'] },
            },
            { name: 'sold', type: 'boolean', trueValues: ['yes'], falseValues: ['no'] },
            { name: 'note', constraints: { minLength: 1, maxLength: 2, pattern: '[a-z]+' } },
          ],
          missingValues: ['', 'NA'],
          primaryKey: ['price'],
        },
        delimiter: ';',
        quote: "'",
        header: false,
      }),
    ).toEqual([])
  })

  it.each<[Record<string, unknown>, string, string]>([
    [{}, 'schema', 'must be a Table Schema: an object with a list of fields'],
    [{ schema: { fields: [] } }, 'schema.fields', 'must be a list of 1 to 1000 fields'],
    [
      { schema: { fields: ['a'] } },
      'schema.fields[0]',
      'must be an object such as {"name": "price", "type": "number"}',
    ],
    [field({ name: '' }), 'schema.fields[2].name', 'must be a name'],
    [
      field({ type: 'geopoint' }),
      'schema.fields[2].type',
      'must be one of string, number, integer, boolean, date, time, datetime, year, any',
    ],
    [field({ constraints: { least: 1 } }), 'schema.fields[2].constraints.least', 'is not known here'],
    [
      field({ constraints: { minimum: {} } }),
      'schema.fields[2].constraints.minimum',
      'must be a number or a string',
    ],
    [
      field({ constraints: { minLength: -1 } }),
      'schema.fields[2].constraints.minLength',
      'must be 0 or more',
    ],
    [
      field({ constraints: { enum: [] } }),
      'schema.fields[2].constraints.enum',
      'must have at least one value',
    ],
    [{ schema: { fields: [{ name: 'a' }], foreignKeys: [] } }, 'schema.foreignKeys', 'is not known here'],
    [{ schema: { fields: [{ name: 'a' }] }, delimiter: '||' }, 'delimiter', 'must be one character'],
    [{ schema: { fields: [{ name: 'a' }] }, quote: '\n' }, 'quote', 'must be one character'],
    [{ schema: { fields: [{ name: 'a' }] }, header: 1 }, 'header', 'must be true or false'],
  ])('is not %j', (config, path, message) => {
    expect(check(config)).toEqual([{ field: path, message }])
  })
})
