import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runScenario, type Run } from './run-scenario.ts'
import { scenarioOf } from './scenario.ts'
import { explain, isClean, reportOf } from './seed-report.ts'
import { sqliteBacking } from './store/backing.ts'

function expectClean(run: Run): void {
  // The message is the report: the seed, the invariants and a trace.
  expect(isClean(reportOf(run)), explain(run)).toBe(true)
}

/** What receivers saw and when; signatures with key pairs, which are drawn from the machine, are left out. */
function digestOf({ history }: Run): string {
  const seen = (history.requests ?? []).map(({ webhookId, at, endedAt, headers, answer, node }) => [
    ...[webhookId, headers['webhook-id'], headers['webhook-timestamp'], at, endedAt, answer, node],
  ])
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex')
}

describe('the engine holds its invariants', () => {
  it.each([3, 15, 33, 40, 5022, 9017])('in the day of seed %i', async (seed) => {
    expectClean(await runScenario(scenarioOf(seed)))
  })

  it('over a real database too', async () => {
    expectClean(await runScenario(scenarioOf(5, 2), { openBacking: sqliteBacking }))
  })
})

describe('a seed', () => {
  it('gives the same run again', async () => {
    const [first, second] = [await runScenario(scenarioOf(25, 2)), await runScenario(scenarioOf(25, 2))]
    expect(first.figures.requests).toBeGreaterThan(100)
    expect(digestOf(second)).toBe(digestOf(first))
  })

  it('gives another run than its neighbour', async () => {
    const [first, second] = [await runScenario(scenarioOf(25, 1)), await runScenario(scenarioOf(26, 1))]
    expect(digestOf(second)).not.toBe(digestOf(first))
  })
})
