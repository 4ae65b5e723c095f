import { describe, expect, it } from 'vitest'
import { listBody, pageOf, pageRequest } from './pagination.ts'

const cursorAfter = (list: 'runs' | 'workflows', next: string) =>
  listBody(list, { rows: [], next }, (row) => row).next_cursor ?? ''

describe('a cursor', () => {
  it('comes back as it went out, and says nothing at a glance', () => {
    const cursor = cursorAfter('runs', '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b')
    expect(cursor).not.toContain('0198c1a2')
    expect(pageRequest('runs', { limit: 7, cursor })).toEqual({
      limit: 7,
      before: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
    })
  })

  it('is null after the last page', () => {
    expect(listBody('runs', { rows: [1, 2], next: null }, String)).toEqual({
      data: ['1', '2'],
      next_cursor: null,
    })
  })

  it.each([
    ['', 'empty'],
    ['!!!', 'no base64url'],
    [Buffer.from('runs').toString('base64url'), 'without an id'],
    [Buffer.from("runs:' OR 1=1").toString('base64url'), 'with what is no id'],
    [cursorAfter('workflows', '12'), 'of another list'],
    [`${cursorAfter('runs', 'abc')}=`, 'padded'],
  ])('%j is refused: %s', (cursor) => {
    expect(() => pageRequest('runs', { limit: 1, cursor })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field: 'cursor' })],
      }),
    )
  })

  it('of workflows holds digits only', () => {
    const cursor = Buffer.from('workflows:abc').toString('base64url')
    expect(() => pageRequest('workflows', { limit: 1, cursor })).toThrow(
      expect.objectContaining({ status: 422 }),
    )
  })
})

describe('a page of a list that is at hand', () => {
  const rows = ['a', 'b', 'c', 'd']
  const page = (limit: number, before: string | null) => pageOf(rows, (row) => row, { limit, before })

  it.each([
    [2, null, ['a', 'b'], 'b'],
    [2, 'b', ['c', 'd'], null],
    [3, 'c', ['d'], null],
    [4, null, rows, null],
    [5, null, rows, null],
    [1, 'd', [], null],
    [1, 'gone', [], null],
  ])('of %i after %s', (limit, before, shown, next) => {
    expect(page(limit, before)).toEqual({ rows: shown, next })
  })

  it('of nothing is empty', () => {
    expect(pageOf([], String, { limit: 1, before: null })).toEqual({ rows: [], next: null })
  })
})
