import { describe, expect, it } from 'vitest'
import { createStallingClock } from '../../test/support/stalling-clock.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createDeadline, createTimerWheel, type Deadline } from './timer-wheel.ts'

function world() {
  const clock = createVirtualClock()
  const wheel = createTimerWheel(clock)
  const fired: { name: string; at: number }[] = []
  const deadline = (name: string): Deadline =>
    createDeadline(() => fired.push({ name, at: clock.monotonic() }))
  return { clock, wheel, fired, deadline }
}

describe('a deadline', () => {
  it.each([0, 1, 19, 20, 21, 100, 1_999, 30_000, 60_000, 300_001])(
    'of %i ms comes no earlier, and at most a tick later',
    async (delayMs) => {
      const { clock, wheel, fired, deadline } = world()
      // Off the beat of the wheel, which another deadline keeps turning.
      wheel.set(deadline('other'), 400_000)
      await clock.advance(7)
      wheel.set(deadline('one'), delayMs)
      await clock.advance(350_000)
      const [one] = fired
      expect(one?.name).toBe('one')
      expect(one?.at).toBeGreaterThanOrEqual(7 + delayMs)
      expect(one?.at).toBeLessThanOrEqual(7 + delayMs + 40)
    },
  )

  it('comes once', async () => {
    const { clock, wheel, fired, deadline } = world()
    wheel.set(deadline('one'), 50)
    await clock.advance(200_000)
    expect(fired).toHaveLength(1)
  })

  it('does not come when it was cancelled, and can be set again', async () => {
    const { clock, wheel, fired, deadline } = world()
    const [one, two, three] = [deadline('one'), deadline('two'), deadline('three')]
    for (const each of [one, two, three]) wheel.set(each, 100)
    wheel.cancel(one)
    wheel.cancel(one)
    await clock.advance(200)
    expect(fired.map(({ name }) => name).sort()).toEqual(['three', 'two'])
    wheel.set(one, 100)
    await clock.advance(200)
    expect(fired.map(({ name }) => name)).toContain('one')
  })

  it('is moved when it is set again', async () => {
    const { clock, wheel, fired, deadline } = world()
    const one = deadline('one')
    wheel.set(one, 100)
    wheel.set(one, 1_000)
    await clock.advance(500)
    expect(fired).toEqual([])
    await clock.advance(600)
    expect(fired).toHaveLength(1)
  })

  it('may set itself and others while it comes', async () => {
    const { clock, wheel, fired, deadline } = world()
    let left = 3
    const again: Deadline = createDeadline(() => {
      fired.push({ name: 'again', at: clock.monotonic() })
      if (--left > 0) wheel.set(again, 0)
      else wheel.set(deadline('last'), 0)
    })
    wheel.set(again, 10)
    await clock.advance(500)
    expect(fired.map(({ name }) => name)).toEqual(['again', 'again', 'again', 'last'])
  })
})

it('stands still while nothing is set', async () => {
  const { clock, wheel, deadline } = world()
  let timers = 0
  const counting = createTimerWheel({
    ...clock,
    after: (delayMs, action) => {
      timers += 1
      return clock.after(delayMs, action)
    },
  })
  const one = deadline('one')
  counting.set(one, 1_000)
  counting.cancel(one)
  wheel.cancel(one)
  await clock.advance(10_000)
  expect(timers).toBe(1)
})

it('keeps no timer once it is stopped, whatever was set or is set then', () => {
  const { clock, deadline } = world()
  const waiting = new Set<() => void>()
  const wheel = createTimerWheel({
    ...clock,
    after: (_delayMs, action) => {
      waiting.add(action)
      return { cancel: () => void waiting.delete(action) }
    },
  })
  const cancelled = deadline('cancelled')
  wheel.set(cancelled, 30_000)
  wheel.cancel(cancelled)
  wheel.set(deadline('set'), 1_000)
  expect(waiting.size).toBe(1)
  wheel.stop()
  wheel.set(deadline('late'), 1_000)
  expect(waiting.size).toBe(0)
})

it('looks at every deadline once after the process stood still', () => {
  let now = 0
  const turns: (() => void)[] = []
  const wheel = createTimerWheel({
    now: () => now,
    monotonic: () => now,
    after: (_delayMs, action) => {
      turns.push(action)
      return { cancel: () => undefined }
    },
  })
  const fired: number[] = []
  for (let delayMs = 0; delayMs < 50_000; delayMs += 100) {
    wheel.set(
      createDeadline(() => fired.push(delayMs)),
      delayMs,
    )
  }
  now = 3_600_000
  turns[0]?.()
  expect(fired).toEqual([])
  now += 1_000
  turns.at(-1)?.()
  expect(fired).toHaveLength(500)
  expect(new Set(fired).size).toBe(500)
})

describe('a turn that comes late, because the process stood still', () => {
  it('puts off what is due by a second, so that what came meanwhile is read before, and once only', async () => {
    const clock = createStallingClock()
    const wheel = createTimerWheel(clock)
    const fired: number[] = []
    const deadline = createDeadline(() => fired.push(clock.monotonic()))
    wheel.set(deadline, 10_000)
    clock.standStill(60_000)
    await clock.advance(10_000)
    expect(fired).toEqual([])
    await clock.advance(10)
    clock.standStill(60_000)
    await clock.advance(1_030)
    expect(fired).toEqual([131_000])
  })

  it('lets go what is cancelled within that second', async () => {
    const clock = createStallingClock()
    const wheel = createTimerWheel(clock)
    let fired = 0
    const deadline = createDeadline(() => (fired += 1))
    wheel.set(deadline, 10_000)
    clock.standStill(60_000)
    await clock.advance(10_010)
    wheel.cancel(deadline)
    await clock.advance(100_000)
    expect(fired).toBe(0)
  })
})
