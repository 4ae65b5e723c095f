import { describe, expect, it } from 'vitest'
import { readHeaders } from './read-headers.ts'

describe('readHeaders', () => {
  const shapes: [string, unknown][] = [
    ['a record in lower case', { 'webhook-id': 'evt_1' }],
    ['a record in title case', { 'Webhook-Id': 'evt_1' }],
    ['a record of lists', { 'webhook-id': ['evt_1'] }],
    ['Headers', new Headers({ 'Webhook-ID': 'evt_1' })],
    ['a Map in any case', new Map([['WEBHOOK-ID', 'evt_1']])],
    ['pairs', [['webhook-id', 'evt_1']]],
    ['a getter', { get: (name: string) => (name === 'webhook-id' ? 'evt_1' : undefined) }],
    ['a getter that minds the case', { get: (name: string) => (name === 'Webhook-Id' ? 'evt_1' : null) }],
    ['a record without prototype', Object.assign(Object.create(null) as object, { 'webhook-id': 'evt_1' })],
  ]

  it.each(shapes)('reads %s', (_name, input) => {
    expect(readHeaders(input)('webhook-id')).toBe('evt_1')
    expect(readHeaders(input)('webhook-signature')).toBeNull()
  })

  it('takes a header that is called "get" for a header', () => {
    expect(readHeaders({ get: 'x', 'webhook-id': 'evt_1' })('webhook-id')).toBe('evt_1')
  })

  it('joins repeated headers, so that none is lost', () => {
    expect(readHeaders({ 'webhook-id': ['a', 'b'] })('webhook-id')).toBe('a, b')
    expect(readHeaders({ 'webhook-id': 'a', 'Webhook-Id': 'b' })('webhook-id')).toBe('a, b')
  })

  it('reads a number, as a hand-written test may have it', () => {
    expect(readHeaders({ 'webhook-timestamp': 12 })('webhook-timestamp')).toBe('12')
  })

  it.each([
    undefined,
    null,
    'text',
    7,
    [],
    ['webhook-id'],
    [null],
    { 'webhook-id': '' },
    { 'webhook-id': {} },
    new Map(),
  ])('finds nothing in %j', (input) => {
    expect(readHeaders(input)('webhook-id')).toBeNull()
  })

  it('does not find what only the prototype has', () => {
    expect(readHeaders({})('constructor')).toBeNull()
  })
})
