import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../core/limits.ts'
import { assertions } from './validator.ts'

const check = (config: Record<string, unknown>) => assertions.checkConfig(config)

describe('the shape of a configuration', () => {
  it('may be an expression alone, or with all it can have', () => {
    const full = {
      expression: 'payload.total > 0',
      message: 'The total must be positive.',
      severity: 'warning',
      code: 'total_positive',
      property: 'total',
      path: '/total',
    }
    expect(check({ assertions: [{ expression: 'true' }, full] })).toEqual([])
  })

  it.each<[unknown, string, string]>([
    [undefined, 'assertions', 'must be a list of 1 to 100 assertions'],
    [[], 'assertions', 'must be a list of 1 to 100 assertions'],
    [
      Array.from({ length: 101 }, () => ({ expression: 'true' })),
      'assertions',
      'must be a list of 1 to 100 assertions',
    ],
    [['true'], 'assertions[0]', 'must be an object such as {"expression": "payload.total > 0"}'],
    [[{ expression: 'true' }, {}], 'assertions[1].expression', 'must be a string of 1 to 1000 characters'],
    [
      [{ expression: 'x'.repeat(LIMITS.assertionCharactersMax + 1) }],
      'assertions[0].expression',
      'must be a string of 1 to 1000 characters',
    ],
    [
      [{ expression: 'true', severity: 'fatal' }],
      'assertions[0].severity',
      'must be one of error, warning, info',
    ],
    [
      [{ expression: 'true', code: 'Not This' }],
      'assertions[0].code',
      'must be 1 to 64 lower-case letters, digits and underscores, a letter first',
    ],
    [[{ expression: 'true', name: 'x' }], 'assertions[0].name', 'is not known here'],
  ])('is not %j', (list, field, message) => {
    expect(check({ assertions: list })).toEqual([{ field, message }])
  })
})
