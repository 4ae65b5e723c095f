import { expect, it } from 'vitest'
import { sampleEvent } from '../../../test/support/samples.ts'
import { heldExpressions, passingFilters } from './passing.ts'
import type { FilterVerdict } from './verdict.ts'

const VERDICTS: FilterVerdict[] = ['match', 'no_match', 'error', 'overrun']
const judge = { judge: async () => VERDICTS }

it('an event passes a filter that could not be judged', async () => {
  const passing = await passingFilters(judge, sampleEvent(), VERDICTS)
  expect(Object.fromEntries(passing)).toEqual({ match: true, no_match: false, error: false, overrun: true })
})

it('of an expression that could not be judged nothing is said', async () => {
  const held = await heldExpressions(judge, sampleEvent(), VERDICTS)
  expect(Object.fromEntries(held)).toEqual({ match: true, no_match: false, error: false })
})
