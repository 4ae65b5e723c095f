import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contains } from './contains.ts'

/** Long enough to be searched for by us: 4,000 × 3,000 characters. */
const FILLER = 'ab'.repeat(1_500)

describe('contains', () => {
  it('finds what includes finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '🚀', '\ud83d'), maxLength: 6 })
    fc.assert(
      fc.property(text, text, text, fc.boolean(), (before, tail, after, isThere) => {
        const part = FILLER + tail
        const hay = `${FILLER}${before}${isThere ? part : FILLER}${after}`
        expect(contains(hay, part)).toBe(hay.includes(part))
        expect(contains(before, tail)).toBe(before.includes(tail))
      }),
    )
  })

  it('finds what stands at an end, and nothing longer than the text', () => {
    const part = `${'a'.repeat(5_000)}b`
    expect(contains('a'.repeat(9_000) + part, part)).toBe(true)
    expect(contains(part + 'a'.repeat(9_000), part)).toBe(true)
    expect(contains(part, part + part)).toBe(false)
    expect(contains(part, '')).toBe(true)
  })

  it('takes no minutes where V8 would', () => {
    const half = 'a'.repeat(150_000)
    expect(contains('a'.repeat(700_000), `${half}b${half}`)).toBe(false)
  })
})
