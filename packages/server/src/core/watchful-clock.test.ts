import { expect, it } from 'vitest'
import { createStallingClock } from '../../test/support/stalling-clock.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
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

it('notices by the wall clock that the machine slept, which its monotonic clock does not count', async () => {
  const virtual = createVirtualClock()
  const clock = createWatchfulClock(virtual)
  const wait = async (ms: number): Promise<void> => {
    clock.after(ms, () => undefined)
    await virtual.advance(ms)
  }
  await wait(1_000)
  virtual.step(-LIMITS.standstillMsMin)
  await wait(1_000)
  expect(clock.stoodStillSince(0)).toBe(false)
  virtual.step(LIMITS.standstillMsMin)
  await wait(1_000)
  expect(clock.stoodStillSince(2_999)).toBe(true)
  expect(clock.stoodStillSince(3_000)).toBe(false)
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
