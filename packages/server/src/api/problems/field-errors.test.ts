import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldErrors, fieldName, problemOfIssues } from './field-errors.ts'

const schema = z.strictObject({
  name: z.string().min(2).max(4),
  tags: z.array(z.enum(['a', 'b'])).max(2),
  count: z.int().min(1).optional(),
  scope: z.discriminatedUnion('type', [z.strictObject({ type: z.literal('all') })]).optional(),
  at: z.iso.datetime().optional(),
})

function errorsOf(value: unknown) {
  const parsed = schema.safeParse(value)
  return parsed.success ? [] : fieldErrors('body', parsed.error.issues)
}

describe('field errors', () => {
  it.each([
    [{ tags: [] }, 'name', 'Required: a string.'],
    [{ name: 7, tags: [] }, 'name', 'Must be a string.'],
    [{ name: 'x', tags: [] }, 'name', 'Must have at least 2 characters.'],
    [{ name: 'xxxxx', tags: [] }, 'name', 'Must have at most 4 characters.'],
    [{ name: 'xx', tags: ['a', 'c'] }, 'tags[1]', 'Must be one of a, b.'],
    [{ name: 'xx', tags: ['a', 'a', 'a'] }, 'tags', 'Must have at most 2 entries.'],
    [{ name: 'xx', tags: [], count: 0 }, 'count', 'Must be at least 1.'],
    [{ name: 'xx', tags: [], count: 1.5 }, 'count', 'Must be a whole number.'],
    [{ name: 'xx', tags: [], scope: { type: 'none' } }, 'scope.type', 'Must be one of all.'],
    [{ name: 'xx', tags: [], at: 'soon' }, 'at', 'Must be an ISO 8601 time, such as 2025-03-22T14:30:00Z.'],
    [{ name: 'xx', tags: [], nmae: 1 }, 'nmae', 'There is no such field here.'],
    [{ name: 'xx', tags: [], scope: { type: 'all', id: 1 } }, 'scope.id', 'There is no such field here.'],
    [[], 'body', 'Must be an object.'],
    [undefined, 'body', 'Required: an object.'],
  ])('of %j name %s', (value, field, message) => {
    expect(errorsOf(value)).toEqual([{ field, message }])
  })

  it('name every unknown field', () => {
    expect(errorsOf({ name: 'xx', tags: [], one: 1, two: 2 }).map(({ field }) => field)).toEqual([
      'one',
      'two',
    ])
  })

  it('are counted in the detail and bounded in number', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`x${index}`, 1]))
    const parsed = z.strictObject({}).safeParse(many)
    const problem = problemOfIssues('body', parsed.error?.issues ?? [])
    expect(problem.errors).toHaveLength(50)
    expect(problem.message).toBe('x0: There is no such field here. (and 49 more)')
  })

  it('are given once for each field, whichever of its limits break', () => {
    const wrong = z.strictObject({
      secret: z.string().min(8).regex(/^x/, 'Must begin with x.'),
      n: z.int().min(1),
    })
    const problem = problemOfIssues('body', wrong.safeParse({ secret: 'a', n: 0 }).error?.issues ?? [])
    expect(problem.errors).toEqual([
      { field: 'secret', message: 'Must have at least 8 characters.' },
      { field: 'n', message: 'Must be at least 1.' },
    ])
    expect(problem.message).toBe('secret: Must have at least 8 characters. (and 1 more)')
  })

  it('are written as paths', () => {
    expect(fieldName(['steps', 0, 'config', 'a.b'], 'body')).toBe('steps[0].config.a.b')
    expect(fieldName([1], 'body')).toBe('[1]')
    expect(fieldName([], 'query')).toBe('query')
  })
})
