import { describe, expect, it } from 'vitest'
import { explanationsOf, recordedRuns } from './recorded.ts'
import { rateOf, unexplained } from './suite.ts'
import { SUITES } from './suites.ts'

/** Percent of each part that must be right. */
const FLOORS: Record<string, number> = { 'json-schema': 99.5, 'csv-spectrum': 90, xsdtests: 95 }

const runs = recordedRuns()

describe.each(runs)('the recorded run of $suite', ({ suite, commit, parts }) => {
  it('names the commit of a suite that we know', () => {
    expect(SUITES.map(({ name }) => name)).toContain(suite)
    expect(commit).toMatch(/^[0-9a-f]{40}$/)
  })

  it('is as right as was asked', () => {
    const low = parts.filter((part) => Number(rateOf(part)) < (FLOORS[suite] ?? 100))
    expect(low.map(({ name }) => name)).toEqual([])
  })

  it('has a reason for each disagreement, and no other', () => {
    expect(unexplained(parts, explanationsOf(suite))).toEqual([])
  })
})

it('there is one of each suite', () => {
  expect(runs.map(({ suite }) => suite).sort()).toEqual(SUITES.map(({ name }) => name).sort())
})

describe('what is not explained', () => {
  const part = { name: 'a', tests: 3, disagreements: [{ test: 'x', kind: 'refused' as const }] }

  it('is found, as are explanations of nothing', () => {
    expect(unexplained([part], [])).toEqual(['not explained: x'])
    expect(unexplained([part], [{ reason: 'because', tests: ['x'] }])).toEqual([])
    expect(unexplained([part], [{ reason: 'because', tests: ['x', 'y'] }])).toEqual([
      'explained, and no disagreement: y',
    ])
    expect(unexplained([part], [{ reason: 'because', tests: ['x', 'x'] }])).toEqual(['explained twice: x'])
  })

  it('is never rounded away', () => {
    expect(rateOf({ ...part, tests: 100_000 })).toBe('99.99')
  })
})
