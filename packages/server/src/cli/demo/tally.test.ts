import { expect, test } from 'vitest'
import type { Arrival } from './receivers.ts'
import { expectedOf, isComplete, tally } from './tally.ts'

const FAILED = '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b'

/** The arrivals that a failed run should bring, each taken at the first attempt. */
function arrivalsOf(runId: string): Arrival[] {
  return expectedOf(runId, 'FAIL').map((wanted) => ({ ...wanted, refusal: null, status: 204 }))
}

test('who hears what of a run', () => {
  const heard = (result: string): string[] =>
    expectedOf(FAILED, result).map(({ receiver, type }) => `${receiver} ${type}`)
  expect(heard('PASS')).toEqual(['ci run.succeeded', 'archive run.completed'])
  expect(heard('FAIL')).toEqual(['ci run.failed', 'quality validation.failed', 'archive run.completed'])
  expect(heard('ERROR')).toEqual(['ci run.failed', 'archive run.completed'])
})

test('everything came, one of them at its third attempt', () => {
  const arrivals = arrivalsOf(FAILED)
  const turnedAway: Arrival = { ...arrivals[2]!, status: 500 }
  const counts = tally(expectedOf(FAILED, 'FAIL'), [turnedAway, turnedAway, ...arrivals])
  expect(counts).toMatchObject({ expected: 3, arrived: 3, verified: 3, turnedAway: 2, surplus: 0 })
  expect(isComplete(counts)).toBe(true)
})

test.each([
  { name: 'one that never came', change: (all: Arrival[]) => all.slice(1), arrived: 2, verified: 2 },
  {
    name: 'one that was only turned away',
    change: ([first, ...rest]: Arrival[]) => [{ ...first!, status: 500 }, ...rest],
    arrived: 3,
    verified: 2,
  },
  {
    name: 'one with a wrong signature',
    change: ([first, ...rest]: Arrival[]) => [{ ...first!, status: 401, refusal: 'wrong_secret' }, ...rest],
    arrived: 3,
    verified: 2,
  },
  {
    name: 'one of another run',
    change: ([first, ...rest]: Arrival[]) => [{ ...first!, runId: 'other' }, ...rest],
    arrived: 2,
    verified: 2,
  },
  { name: 'one taken twice', change: (all: Arrival[]) => [...all, all[0]!], arrived: 3, verified: 3 },
])('$name is not complete', ({ change, arrived, verified }) => {
  const counts = tally(expectedOf(FAILED, 'FAIL'), change(arrivalsOf(FAILED)))
  expect(counts).toMatchObject({ expected: 3, arrived, verified })
  expect(isComplete(counts)).toBe(false)
})
