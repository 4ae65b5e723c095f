import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayHaveAnother } from './share.ts'

/** What each organization gets that takes all it may, one organization after the other. */
function filled(max: number, organizations: number, ownToFreeMax: number): number[] {
  let taken = 0
  return Array.from({ length: organizations }, () => {
    let own = 0
    while (mayHaveAnother({ own, taken, max, ownToFreeMax })) {
      own += 1
      taken += 1
    }
    return own
  })
}

describe('mayHaveAnother', () => {
  it('gives one that is alone four fifths, and whoever comes next a part of the rest', () => {
    expect(filled(1_000, 4, 4)).toEqual([800, 160, 32, 6])
    expect(filled(16, 4, 4)).toEqual([12, 3, 1, 0])
  })

  it('leaves one place to others, and no more, when it is told so', () => {
    expect([1, 2, 3, 5].map((max) => filled(max, 2, Infinity))).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [4, 1],
    ])
  })

  it('never gives out more than there are, nor the last to one that has some', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 6 }),
        (max, many, ratio) => {
          const parts = filled(max, many, ratio)
          const sum = parts.reduce((one, other) => one + other, 0)
          expect(sum).toBeLessThanOrEqual(max)
          if (max > 1) expect(parts[0]).toBeLessThan(max)
          // Somebody is left out only when all places are taken.
          if (parts.includes(0)) expect(sum).toBe(max)
        },
      ),
    )
  })
})
