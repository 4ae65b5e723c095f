import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowanceAfter, fairShare, isOpen, PACING } from './pacing.ts'

describe('a fair share', () => {
  it('is all that a lane may have while there is plenty, one at least while there is any, and nothing after', () => {
    const { reservedShare, plentyShare } = PACING
    expect(fairShare(10, 512, 512)).toBe(10)
    expect(fairShare(10, 512 * (reservedShare + plentyShare), 512)).toBe(10)
    expect(fairShare(10, 512 * (reservedShare + plentyShare / 2), 512)).toBe(5)
    expect(fairShare(10, 512 * reservedShare, 512)).toBe(1)
    expect(fairShare(10, 1, 512)).toBe(1)
    expect(fairShare(10, 0, 512)).toBe(0)
    expect(fairShare(10, -3, 512)).toBe(0)
  })

  it('leaves something for others, however many take all they can and give nothing back', () => {
    const scene = fc.record({
      slots: fc.integer({ min: 100, max: 2_000 }),
      most: fc.integer({ min: 2, max: 20 }),
    })
    fc.assert(
      fc.property(scene, ({ slots, most }) => {
        // As many lanes as would fill the slots one and a half times.
        const held = Array.from({ length: Math.ceil((1.5 * slots) / most) }, () => 0)
        let free = slots
        for (let round = 0; round < most; round++) {
          held.forEach((has, lane) => {
            if (has >= fairShare(most, free, slots)) return
            held[lane] = has + 1
            free -= 1
          })
        }
        expect(free).toBeGreaterThan(PACING.reservedShare * slots)
      }),
    )
  })
})

describe('the breaker', () => {
  it('opens with the fifth failure in a row', () => {
    expect(isOpen({ failureCount: 4 })).toBe(false)
    expect(isOpen({ failureCount: 5 })).toBe(true)
    expect(isOpen(null)).toBe(false)
  })
})

describe('what a lane may have in flight', () => {
  it('grows with each acknowledgement, up to the webhook’s own, and stays after a failure', () => {
    expect([2, 9, 10].map((allowance) => allowanceAfter(allowance, true, 10))).toEqual([3, 10, 10])
    expect(allowanceAfter(7, false, 10)).toBe(7)
  })
})
