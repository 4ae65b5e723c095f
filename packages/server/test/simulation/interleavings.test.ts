import { describe, expect, it } from 'vitest'
import { checkInterleavings, explainInterleavings, InvariantViolated } from './interleavings.ts'
import { stopUnheard } from './mutations/changing.ts'
import { claimRace } from './mutations/leasing.ts'

/** The slice that every test run repeats; `npm run sim` looks further, from a seed of its own. */
const SLICE = { numRuns: 300, seed: 20_250_101 }

describe('whatever answers first', () => {
  it.each([
    ['over the embedded store', false],
    ['over one whose answers overtake each other', true],
  ])('the invariants hold %s', async (_over, overtaking) => {
    const found = await checkInterleavings({ ...SLICE, overtaking })
    expect(found.failed, explainInterleavings(found)).toBe(false)
  })

  it.each([claimRace, stopUnheard])('$name is found', async ({ options: { plantBug }, invariant }) => {
    const found = await checkInterleavings({ ...SLICE, ...(plantBug && { plantBug }) }, invariant)
    expect(found.errorInstance).toBeInstanceOf(InvariantViolated)
  })
})
