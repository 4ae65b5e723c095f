import { describe, expect, it } from 'vitest'
import { createVirtualClock, START_MS } from '../../test/support/virtual-clock.ts'
import { createSteadyClock } from './steady-clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './time.ts'

describe('the steady clock', () => {
  it('is the wall clock while that goes forward, by steps too', async () => {
    const wall = createVirtualClock()
    const steady = createSteadyClock(wall)
    await wall.advance(MINUTE_MS)
    expect(steady.now()).toBe(START_MS + MINUTE_MS)
    wall.step(HOUR_MS)
    expect(steady.now()).toBe(wall.now())
  })

  it('goes on where it was when the wall clock is set back, a sixteenth slower', async () => {
    const wall = createVirtualClock()
    const steady = createSteadyClock(wall)
    wall.step(-HOUR_MS)
    expect(steady.now()).toBe(START_MS)
    await wall.advance(16 * MINUTE_MS)
    expect(steady.now()).toBe(START_MS + 15 * MINUTE_MS)
  })

  it('never goes back, and is level with the wall clock again in the end', async () => {
    const wall = createVirtualClock()
    const steady = createSteadyClock(wall)
    wall.step(-HOUR_MS)
    let before = steady.now()
    for (let minute = 0; minute < 16 * 60; minute++) {
      await wall.advance(MINUTE_MS)
      expect(steady.now()).toBeGreaterThan(before)
      before = steady.now()
    }
    expect(steady.now()).toBe(wall.now())
  })

  it('goes on where a process before it was, when the wall clock was set back meanwhile', async () => {
    const wall = createVirtualClock()
    const steady = createSteadyClock(wall)
    steady.goOnFrom(START_MS + HOUR_MS)
    expect(steady.now()).toBe(START_MS + HOUR_MS)
    await wall.advance(16 * MINUTE_MS)
    expect(steady.now()).toBe(START_MS + HOUR_MS + 15 * MINUTE_MS)
    steady.goOnFrom(wall.now() - HOUR_MS)
    expect(steady.now()).toBe(START_MS + HOUR_MS + 15 * MINUTE_MS)
  })

  it('does not go on from a time that only a clock can have shown which was wrong', () => {
    const wall = createVirtualClock()
    const steady = createSteadyClock(wall)
    steady.goOnFrom(START_MS + 2 * DAY_MS)
    expect(steady.now()).toBe(START_MS)
  })

  it('measures and waits as the clock below it does', async () => {
    const wall = createVirtualClock()
    const steady = createSteadyClock(wall)
    let rang = false
    steady.after(10, () => (rang = true))
    wall.step(-HOUR_MS)
    await wall.advance(10)
    expect([rang, steady.monotonic()]).toEqual([true, wall.monotonic()])
  })
})
