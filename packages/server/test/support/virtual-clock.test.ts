import { describe, expect, it } from 'vitest'
import { createSeededRandom, createVirtualClock, START_MS } from './virtual-clock.ts'

describe('the virtual clock', () => {
  it('runs timers by time, and those of one time in the order they were set', async () => {
    const clock = createVirtualClock()
    const random = createSeededRandom(7)
    const delays = Array.from({ length: 500 }, () => Math.floor(random.fraction() * 50))
    const ran: { at: number; index: number }[] = []
    delays.forEach((delayMs, index) => clock.after(delayMs, () => ran.push({ at: clock.monotonic(), index })))
    await clock.advance(100)
    const expected = delays
      .map((at, index) => ({ at, index }))
      .sort((left, right) => left.at - right.at || left.index - right.index)
    expect(ran).toEqual(expected)
  })

  it('does not run what was cancelled or lies beyond, and does run what a timer sets', async () => {
    const clock = createVirtualClock()
    const ran: string[] = []
    clock.after(10, () => ran.push('cancelled')).cancel()
    clock.after(10, () => {
      ran.push('first')
      clock.after(0, () => ran.push('set by the first'))
      clock.after(5, () => ran.push('beyond'))
    })
    await clock.advance(14)
    expect(ran).toEqual(['first', 'set by the first'])
    await clock.advance(1)
    expect(ran).toContain('beyond')
  })

  it('lets chains of promises of any length come to rest before the next timer', async () => {
    const clock = createVirtualClock()
    const steps: string[] = []
    clock.after(1, () => {
      void (async () => {
        for (let link = 0; link < 1_000; link++) await Promise.resolve()
        steps.push('chain')
      })()
    })
    clock.after(1, () => steps.push('timer'))
    await clock.advance(1)
    expect(steps).toEqual(['chain', 'timer'])
  })

  it('steps the wall clock alone', async () => {
    const clock = createVirtualClock()
    let ranAt: number | null = null
    clock.after(1_000, () => (ranAt = clock.now()))
    clock.step(-60_000)
    expect([clock.now(), clock.monotonic()]).toEqual([START_MS - 60_000, 0])
    await clock.advance(1_000)
    expect(ranAt).toBe(START_MS - 59_000)
  })
})
