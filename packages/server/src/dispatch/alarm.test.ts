import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createAlarm } from './alarm.ts'

function alarmed() {
  const clock = createVirtualClock()
  const rung: [string, number][] = []
  const alarm = createAlarm<string>(
    clock,
    () => clock.monotonic(),
    (key) => rung.push([key, clock.monotonic()]),
  )
  return { clock, alarm, rung }
}

describe('an alarm', () => {
  it('rings for each key once, at its earliest time', async () => {
    const { clock, alarm, rung } = alarmed()
    alarm.set('a', 30)
    alarm.set('b', 20)
    alarm.set('a', 10)
    alarm.set('a', 40)
    await clock.advance(100)
    expect(rung).toEqual([
      ['a', 10],
      ['b', 20],
    ])
  })

  it('rings again when it is set again', async () => {
    const { clock, alarm, rung } = alarmed()
    alarm.set('a', 10)
    await clock.advance(10)
    alarm.set('a', 30)
    await clock.advance(100)
    expect(rung).toEqual([
      ['a', 10],
      ['a', 30],
    ])
  })

  it('rings at once for what is past, and not at all once it is stopped', async () => {
    const { clock, alarm, rung } = alarmed()
    await clock.advance(50)
    alarm.set('late', 10)
    await clock.advance(1)
    alarm.set('never', 60)
    alarm.stop()
    await clock.advance(100)
    expect(rung).toEqual([['late', 50]])
  })
})
