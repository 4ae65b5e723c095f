import { describe, expect, it } from 'vitest'
import type { Compiled } from '../validators/validator.ts'
import { createCompiledCache } from './compiled-cache.ts'

function compiled(message: string): Compiled {
  return { refused: { field: 'schema', message } }
}

describe('createCompiledCache', () => {
  it('drops what was used least recently once there are too many', () => {
    const cache = createCompiledCache(2, 100)
    cache.set(1, 'a', compiled('a'), 1)
    cache.set(1, 'b', compiled('b'), 1)
    cache.get(1, 'a')
    cache.set(1, 'c', compiled('c'), 1)
    expect([cache.get(1, 'a'), cache.get(1, 'b'), cache.get(1, 'c')]).toEqual([
      compiled('a'),
      undefined,
      compiled('c'),
    ])
  })

  it('drops as many as it takes to stay within the characters', () => {
    const cache = createCompiledCache(10, 100)
    cache.set(1, 'a', compiled('a'), 40)
    cache.set(1, 'b', compiled('b'), 60)
    expect(cache.get(1, 'a')).toBeDefined()
    cache.set(1, 'c', compiled('c'), 61)
    expect([cache.get(1, 'a'), cache.get(1, 'b'), cache.get(1, 'c')]).toEqual([
      undefined,
      undefined,
      compiled('c'),
    ])
  })

  it('does not keep one that alone is too large, and keeps the others', () => {
    const cache = createCompiledCache(10, 100)
    cache.set(1, 'a', compiled('a'), 100)
    cache.set(1, 'b', compiled('b'), 101)
    expect([cache.get(1, 'a'), cache.get(1, 'b')]).toEqual([compiled('a'), undefined])
  })

  it('counts a configuration that is set again once', () => {
    const cache = createCompiledCache(10, 100)
    cache.set(1, 'a', compiled('old'), 60)
    cache.set(1, 'a', compiled('new'), 60)
    cache.set(1, 'b', compiled('b'), 40)
    expect([cache.get(1, 'a'), cache.get(1, 'b')]).toEqual([compiled('new'), compiled('b')])
  })

  it('disposes of what it drops, once, and not of what it never kept', () => {
    const disposed: string[] = []
    const disposable = (name: string): Compiled => ({
      judge: () => ({ findings: [], counts: { error: 0, warning: 0, info: 0 } }),
      dispose: () => disposed.push(name),
    })
    const cache = createCompiledCache(1, 100)
    expect([
      cache.set(1, 'a', disposable('a'), 1),
      cache.set(1, 'b', disposable('b'), 1),
      cache.set(1, 'b', disposable('c'), 1),
      cache.set(1, 'd', disposable('d'), 101),
    ]).toEqual([true, true, true, false])
    expect(disposed).toEqual(['a', 'b'])
  })
})
