import { describe, expect, it } from 'vitest'
import { sampleReport, sampleWebhook } from '../../test/support/samples.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { notSentReport } from '../core/attempt.ts'
import { createFlights } from './flights.ts'
import { createLane } from './lane.ts'
import { PACING } from './pacing.ts'
import { createSlots } from './slots.ts'

const LONG_MS = PACING.slowAfterMs + 1

function setUp() {
  const clock = createVirtualClock()
  const lane = createLane('webhook_1', 1)
  const flights = createFlights({
    ...{ slots: createSlots(8, 4), slotsPerWebhook: 4, clock },
    ...{ onTurned: () => undefined, onFreed: () => undefined },
  })
  /** One attempt that takes so long; what it came to is told at its end. */
  async function fly(ms: number, wasSent: boolean): Promise<boolean> {
    const started = flights.started(lane)
    await clock.advance(ms)
    flights.ended(started, wasSent ? sampleReport() : notSentReport(clock.now(), 'Ours.'), sampleWebhook())
    return lane.slow
  }
  return { clock, lane, flights, fly }
}

describe('a lane is slow', () => {
  it('from when an attempt is under way for long, until one ends in time', async () => {
    const { fly } = setUp()
    expect([await fly(10, true), await fly(LONG_MS, true), await fly(10, true)]).toEqual([false, true, false])
  })

  it('no longer once it shows that what took so long was not sent', async () => {
    const { fly } = setUp()
    expect(await fly(LONG_MS, false)).toBe(false)
  })

  it('still when the receiver took long, and what followed was not sent', async () => {
    const { fly } = setUp()
    await fly(LONG_MS, true)
    expect([await fly(10, false), await fly(LONG_MS, false), await fly(10, true)]).toEqual([
      true,
      true,
      false,
    ])
  })

  it('while another attempt is overdue, whatever was not sent beside it', async () => {
    const { clock, lane, flights } = setUp()
    const [first, second] = [flights.started(lane), flights.started(lane)]
    await clock.advance(LONG_MS)
    flights.ended(first, notSentReport(clock.now(), 'Ours.'), sampleWebhook())
    expect(lane.slow).toBe(true)
    flights.ended(second, notSentReport(clock.now(), 'Ours.'), sampleWebhook())
    expect(lane.slow).toBe(false)
  })
})
