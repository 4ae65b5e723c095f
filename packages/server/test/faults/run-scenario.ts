import { createSeededRandom } from '../support/virtual-clock.ts'
import type { Outcome, Scenario, Setting } from './scenario.ts'

/** Runs one scenario. What stops it half-way is a violation like any other: the rest of the matrix is still run. */
export async function runScenario(
  scenario: Scenario,
  size: Setting['size'],
  seed: number,
  progress: Setting['progress'],
): Promise<Outcome> {
  try {
    return await scenario.run({ size, seed, random: createSeededRandom(seed), progress })
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { figures: {}, violations: [`it could not be carried through: ${reason}`] }
  }
}
