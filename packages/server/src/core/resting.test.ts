import { describe, expect, it } from 'vitest'
import { createResting } from './resting.ts'

function createClock() {
  let now = 0
  return {
    now: () => now,
    monotonic: () => now,
    after: () => ({ cancel: () => undefined }),
    advance: (ms: number) => (now += ms),
  }
}

describe('createResting', () => {
  it('rests an expression for ten seconds', () => {
    const clock = createClock()
    const resting = createResting(clock)
    resting.add(1, 'a', 100)
    expect([resting.has(1, 'a', 100), resting.has(1, 'b', 100)]).toEqual([true, false])
    clock.advance(9_999)
    expect(resting.has(1, 'a', 100)).toBe(true)
    clock.advance(1)
    expect(resting.has(1, 'a', 100)).toBe(false)
  })

  it('rests it for bodies of that size and more', () => {
    const resting = createResting(createClock())
    resting.add(1, 'a', 100)
    expect([resting.has(1, 'a', 99), resting.has(1, 'a', 100), resting.has(1, 'a', 5_000)]).toEqual([
      false,
      true,
      true,
    ])
    resting.add(1, 'a', 50)
    resting.add(1, 'a', 70)
    expect([resting.has(1, 'a', 49), resting.has(1, 'a', 50)]).toEqual([false, true])
  })

  it('rests it twice as long each time that it overruns soon after, up to ten minutes', () => {
    const clock = createClock()
    const resting = createResting(clock)
    for (const seconds of [10, 20, 40, 80, 160, 320, 600, 600]) {
      resting.add(1, 'a', 100)
      clock.advance(seconds * 1_000 - 1)
      expect(resting.has(1, 'a', 100)).toBe(true)
      clock.advance(1)
      expect(resting.has(1, 'a', 100)).toBe(false)
    }
  })

  it('does not count what overran before the rest began', () => {
    const clock = createClock()
    const resting = createResting(clock)
    for (let index = 0; index < 5; index++) resting.add(1, 'a', 100)
    clock.advance(10_000)
    expect(resting.has(1, 'a', 100)).toBe(false)
  })

  it('forgets the rest, and the size, once it has done as long without', () => {
    const clock = createClock()
    const resting = createResting(clock)
    resting.add(1, 'a', 50)
    clock.advance(20_000)
    resting.add(1, 'a', 100)
    expect([resting.has(1, 'a', 50), resting.has(1, 'a', 100)]).toEqual([false, true])
    clock.advance(10_000)
    expect(resting.has(1, 'a', 100)).toBe(false)
  })

  it('holds a thousand, and no organization pushes out what rests of another', () => {
    const resting = createResting(createClock())
    resting.add(2, 'of another', 1)
    for (let index = 0; index < 1_000; index++) resting.add(1, `expression ${index}`, 1)
    expect(resting.has(2, 'of another', 1)).toBe(true)
    expect([0, 1, 999].map((index) => resting.has(1, `expression ${index}`, 1))).toEqual([false, true, true])
  })
})
