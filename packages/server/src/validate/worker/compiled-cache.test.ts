import { describe, expect, it } from 'vitest'
import type { Compiled } from '../validators/validator.ts'
import { createCompiledCache } from './compiled-cache.ts'

function compiled(message: string): Compiled {
  return { refused: { field: 'schema', message } }
}

describe('createCompiledCache', () => {
  it('drops what was used least recently once there are too many', () => {
    const cache = createCompiledCache(2, 100)
    cache.set('a', compiled('a'), 1)
    cache.set('b', compiled('b'), 1)
    cache.get('a')
    cache.set('c', compiled('c'), 1)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([
      compiled('a'),
      undefined,
      compiled('c'),
    ])
  })

  it('drops as many as it takes to stay within the characters', () => {
    const cache = createCompiledCache(10, 100)
    cache.set('a', compiled('a'), 40)
    cache.set('b', compiled('b'), 60)
    expect(cache.get('a')).toBeDefined()
    cache.set('c', compiled('c'), 61)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, undefined, compiled('c')])
  })

  it('does not keep one that alone is too large, and keeps the others', () => {
    const cache = createCompiledCache(10, 100)
    cache.set('a', compiled('a'), 100)
    cache.set('b', compiled('b'), 101)
    expect([cache.get('a'), cache.get('b')]).toEqual([compiled('a'), undefined])
  })

  it('counts a configuration that is set again once', () => {
    const cache = createCompiledCache(10, 100)
    cache.set('a', compiled('old'), 60)
    cache.set('a', compiled('new'), 60)
    cache.set('b', compiled('b'), 40)
    expect([cache.get('a'), cache.get('b')]).toEqual([compiled('new'), compiled('b')])
  })
})
