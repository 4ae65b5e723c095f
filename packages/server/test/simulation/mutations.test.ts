import { describe, expect, it } from 'vitest'
import { BUSY, type Mutation } from './mutations/mutation.ts'
import { MUTATIONS } from './mutations/index.ts'
import { runScenario } from './run-scenario.ts'
import { scenarioOf } from './scenario.ts'

/** Seeds within which a planted bug must show. */
const SEEDS_MAX = 5

/** The invariants that are violated, once the one that has to be is among them. */
async function caughtBy({ scenario, options, invariant }: Mutation): Promise<Set<number>> {
  const caught = new Set<number>()
  for (let seed = 1; seed <= SEEDS_MAX && !caught.has(invariant); seed++) {
    const { verdict } = await runScenario({ ...scenarioOf(seed), ...scenario }, options)
    for (const violation of verdict.violations) caught.add(violation.invariant)
  }
  return caught
}

describe('a planted bug is caught', () => {
  it.each(MUTATIONS)('$name, by invariant $invariant', async (mutation) => {
    expect(await caughtBy(mutation)).toContain(mutation.invariant)
  })

  it('and nothing is where none is planted', async () => {
    const { verdict, faults } = await runScenario({ ...scenarioOf(1), ...BUSY })
    expect([verdict.violations, verdict.notJudged, faults]).toEqual([[], [], []])
  })
})
