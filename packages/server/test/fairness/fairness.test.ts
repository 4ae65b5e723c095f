import { describe, expect, it } from 'vitest'
import { CASES } from './cases.ts'
import { EXPERIMENT, runExperiment } from './experiment.ts'

/** Long enough for every slot to be filled by attempts that hang; main.ts runs the whole. */
const SHORT_MS = 15_000

async function run(name: string, seed: number) {
  const tried = { ...EXPERIMENT, ...CASES[name], seed }
  const shorterMs = EXPERIMENT.durationMs - SHORT_MS
  return runExperiment({ ...tried, durationMs: tried.durationMs - shorterMs })
}

describe('1,000 webhooks with 200 events a second on 512 slots', () => {
  const quiet = run('nobody hangs', 1)

  it.for([
    '300 of 1,000 hang from the start',
    '60 hang from the start, with 300 events each',
    '52 hang all at once, with 300 events each',
    '300 hang all at once, with 300 events each',
  ])('healthy ones wait no longer when %s', async (name) => {
    const undisturbed = (await quiet).healthy
    expect(undisturbed.count).toBeGreaterThan(1_000)
    const { healthy, hanging, inFlightMax } = await run(name, 1)
    expect(healthy.count).toBeGreaterThan(1_000)
    expect(healthy.p99).toBeLessThanOrEqual(2 * undisturbed.p99)
    // The hanging ones do hang, and are tried nonetheless.
    expect(hanging.p99).toBeGreaterThan(5_000)
    expect(inFlightMax).toBeGreaterThanOrEqual(EXPERIMENT.slots / 4)
    expect(inFlightMax).toBeLessThanOrEqual(2 * EXPERIMENT.slots)
  })
})
