import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createLane } from './lane.ts'
import { PACING } from './pacing.ts'
import { createSlowWatch, type Started } from './slow-watch.ts'

function watched() {
  const base = createVirtualClock()
  let timers = 0
  const clock = {
    ...base,
    after: (delayMs: number, action: () => void) => {
      timers += 1
      return base.after(delayMs, action)
    },
  }
  const overdue: [Started, number][] = []
  const watch = createSlowWatch(clock, (attempts) => {
    for (const attempt of attempts) overdue.push([attempt, clock.monotonic()])
  })
  return { clock, watch, overdue, timers: () => timers }
}

const lane = createLane('webhook_1', 1)

describe('the watch over attempts in flight', () => {
  it('tells of each that is in flight for too long, when it becomes so', async () => {
    const { clock, watch, overdue } = watched()
    const first = watch.started(lane)
    await clock.advance(500)
    const second = watch.started(lane)
    await clock.advance(10_000)
    expect(overdue).toEqual([
      [first, PACING.slowAfterMs],
      [second, PACING.slowAfterMs + 500],
    ])
    expect([first.overdue, second.overdue]).toEqual([true, true])
  })

  it('says nothing of those that ended in time, whatever the order', async () => {
    const { clock, watch, overdue } = watched()
    const [first, second, third, fourth] = [1, 2, 3, 4].map(() => watch.started(lane))
    await clock.advance(1_000)
    for (const attempt of [second, first, fourth]) watch.ended(attempt!)
    await clock.advance(10_000)
    expect(overdue.map(([attempt]) => attempt)).toEqual([third])
    watch.ended(third!)
    const fifth = watch.started(lane)
    await clock.advance(PACING.slowAfterMs)
    expect(overdue.map(([attempt]) => attempt)).toEqual([third, fifth])
  })

  it('needs one timer for any number of attempts', async () => {
    const { clock, watch, timers } = watched()
    for (let step = 0; step < 1_000; step++) {
      const attempts = Array.from({ length: 10 }, () => watch.started(lane))
      await clock.advance(10)
      for (const attempt of attempts) watch.ended(attempt)
    }
    // Ten seconds, and one look in two of them.
    expect(timers()).toBeLessThanOrEqual(10_000 / PACING.slowAfterMs + 2)
  })

  it('is silent once it is stopped', async () => {
    const { clock, watch, overdue } = watched()
    watch.started(lane)
    watch.stop()
    watch.started(lane)
    await clock.advance(10_000)
    expect(overdue).toEqual([])
  })
})
