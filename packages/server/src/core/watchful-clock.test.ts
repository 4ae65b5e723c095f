import { expect, it } from 'vitest'
import { createStallingClock } from '../../test/support/stalling-clock.ts'
import { LIMITS } from './limits.ts'
import { createWatchfulClock } from './watchful-clock.ts'

it('notices by a timer that came late that the process stood still, and until when', async () => {
  const stalling = createStallingClock()
  const clock = createWatchfulClock(stalling)
  const begunAt = clock.monotonic()
  clock.after(1_000, () => undefined)
  stalling.standStill(LIMITS.standstillMsMin)
  expect(clock.stoodStillSince(begunAt)).toBe(false)
  await stalling.advance(1_000)
  expect(clock.stoodStillSince(begunAt)).toBe(true)
  expect(clock.stoodStillSince(clock.monotonic())).toBe(false)
})

it('takes no pause of a busy process for one', async () => {
  const stalling = createStallingClock()
  const clock = createWatchfulClock(stalling)
  clock.after(1_000, () => undefined)
  stalling.standStill(LIMITS.standstillMsMin - 1)
  await stalling.advance(1_000)
  expect(clock.stoodStillSince(0)).toBe(false)
})

it('times and waits as the clock below it does', async () => {
  const stalling = createStallingClock()
  const clock = createWatchfulClock(stalling)
  let rang = 0
  clock.after(10, () => (rang += 1))
  clock.after(10, () => (rang += 1)).cancel()
  await stalling.advance(10)
  expect([rang, clock.now(), clock.monotonic()]).toEqual([1, stalling.now(), stalling.monotonic()])
})
