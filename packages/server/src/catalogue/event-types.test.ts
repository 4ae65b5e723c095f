import { describe, expect, it } from 'vitest'
import { dialectOf, EVENT_TYPES, isBuiltInType } from './event-types.ts'

describe('the catalogue', () => {
  it('names every built-in type once', () => {
    expect(EVENT_TYPES.map(({ type }) => type)).toEqual([
      'run.completed',
      'run.succeeded',
      'run.failed',
      'validation.completed',
      'validation.failed',
      'score.dropped',
      'schema.changed',
      'schema.removed',
      'alert.triggered',
      'webhook.test',
      'webhook.failing',
      'webhook.disabled',
      'webhook.recovered',
      'monitor.failing',
      'monitor.recovered',
    ])
  })

  it.each(EVENT_TYPES)('has an example of $type that passes its own schema, unchanged', (line) => {
    expect(line.bodySchema.parse(line.example)).toEqual(line.example)
  })

  it.each(EVENT_TYPES)('refuses a body of $type that lacks a part or names another type', (line) => {
    for (const key of Object.keys(line.example)) {
      const broken = Object.fromEntries(Object.entries(line.example).filter(([name]) => name !== key))
      expect(line.bodySchema.safeParse(broken).success, `without ${key}`).toBe(false)
    }
    const typeKey = line.dialect === 'standard' ? 'type' : 'event'
    expect(line.bodySchema.safeParse({ ...line.example, [typeKey]: 'other.type' }).success).toBe(false)
    expect(line.bodySchema.safeParse({ ...line.example, timestamp: 'yesterday' }).success).toBe(false)
  })

  it('takes a body that a later version added a field to', () => {
    for (const { bodySchema, example } of EVENT_TYPES) {
      expect(bodySchema.safeParse({ ...example, added_later: true }).success).toBe(true)
    }
  })
})

describe('dialectOf', () => {
  it('gives each built-in type its documented dialect', () => {
    expect(dialectOf('run.failed')).toBe('validibot')
    expect(dialectOf('validation.failed')).toBe('validgraph')
    expect(dialectOf('webhook.test')).toBe('both')
    expect(dialectOf('webhook.disabled')).toBe('standard')
  })

  it("speaks standard for an organization's own types, and knows that they are not built in", () => {
    expect(dialectOf('order.shipped')).toBe('standard')
    expect(isBuiltInType('order.shipped')).toBe(false)
    expect(isBuiltInType('run.completed')).toBe(true)
    // Names that every object inherits are no event types.
    expect(isBuiltInType('constructor')).toBe(false)
    expect(dialectOf('constructor')).toBe('standard')
  })
})
