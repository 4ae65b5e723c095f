import { expect, it } from 'vitest'
import { runScenario } from './run-scenario.ts'
import { SCENARIOS } from './scenarios/index.ts'

/** Many times what one takes on a quiet machine: what is slow is no fault. */
const TIMEOUT_MS = 900_000
/** `npm run test:faults` runs the same at full size, with a seed of its own each time. */
const SEED = 1

/** A test for each of these scenarios, in its short form. */
export function testInShort(names: readonly string[]): void {
  for (const scenario of SCENARIOS.filter(({ name }) => names.includes(name))) {
    it(`${scenario.name}: ${scenario.what}`, { timeout: TIMEOUT_MS }, async () => {
      const { violations, figures } = await runScenario(scenario, 'slice', SEED, () => undefined)
      expect(violations, JSON.stringify(figures)).toEqual([])
    })
  }
}
