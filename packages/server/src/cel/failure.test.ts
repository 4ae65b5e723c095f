import { describe, expect, it } from 'vitest'
import { systemClock } from '../core/clock.ts'
import { fromJson } from './json-values.ts'
import { createLanguage } from './language.ts'

const language = createLanguage({
  variables: ['data'],
  charactersMax: 1_000,
  timeoutMs: 1_000,
  clock: systemClock,
})
const data = fromJson({ number: 1, text: 'x', nothing: null, list: [1], object: {} })

function reasonOf(expression: string): string {
  const condition = language.compile(expression)
  if ('refused' in condition) throw new Error(condition.refused)
  const outcome = condition.evaluate(new Map([['data', data]]))
  if (typeof outcome === 'boolean') throw new Error('It did not fail')
  return outcome.message
}

describe('why an evaluation failed', () => {
  it.each([
    ['data.other > 1', 'there is no field "other"'],
    ['data.nothing.other == 1', 'there is no field "other"'],
    ['data.list[5] == 1', 'there is no item 5 in the list'],
    ['data.text > 1', '> cannot be used on a string and a number'],
    ['size(data.nothing) > 1', 'size cannot be used on null'],
    ['data.number.matches("x")', 'matches cannot be used on a number and a string'],
    ['!data.object', '! cannot be used on an object'],
    ['data.number ? true : false', '?: cannot be used on a number'],
    ['data.number && true', 'true or false is needed, not a number'],
    ['timestamp(data.number) > timestamp(data.text)', 'timestamp cannot be used on a number'],
    ['int(data.text) == 1', 'the value is not a whole number'],
    ['timestamp(data.text) < timestamp(0)', 'the value is not a time such as 2026-01-31T12:00:00Z'],
    ['duration(data.text) < duration("1s")', 'the value is not a duration such as 90s'],
    ['timestamp(0) < duration("1s")', '< cannot be used on a time and a duration'],
    ['1 / 0 == 1', 'int divide by zero'],
    ['data.text', 'it gave neither true nor false'],
  ])('%s', (expression, reason) => {
    expect(reasonOf(expression)).toBe(reason)
  })
})
