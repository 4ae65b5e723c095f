import { describe, expect, it } from 'vitest'
import { createSharedMap } from './shared-map.ts'

describe('createSharedMap', () => {
  it('lets one that pours in lose its own, and never what another has', () => {
    const map = createSharedMap<number>({ entriesMax: 4 })
    map.set(1, 'a', 1)
    map.set(1, 'b', 2)
    for (let n = 0; n < 100; n++) map.set(2, `n${n}`, n)
    expect([
      map.get(1, 'a'),
      map.get(1, 'b'),
      map.get(2, 'n99'),
      map.get(2, 'n98'),
      map.get(2, 'n97'),
    ]).toEqual([1, 2, 99, 98, undefined])
  })

  it('weighs, and takes from whoever has most of the weight', () => {
    const dropped: string[] = []
    const map = createSharedMap<string>({
      entriesMax: 10,
      weightMax: 100,
      onDrop: (value) => dropped.push(value),
    })
    map.set(1, 'small', 'small', 30)
    map.set(2, 'large', 'large', 60)
    map.set(2, 'more', 'more', 20)
    expect(dropped).toEqual(['large'])
    expect(map.get(1, 'small')).toBe('small')
  })

  it('keeps equal names of two organizations apart', () => {
    const map = createSharedMap<number>({ entriesMax: 4 })
    map.set(1, 'a', 1)
    map.set(2, 'a', 2)
    expect([map.get(1, 'a'), map.get(2, 'a'), map.get(3, 'a')]).toEqual([1, 2, undefined])
  })
})
