import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { failedReport, sampleReport } from '../../test/support/samples.ts'
import { notSentReport } from '../core/attempt.ts'
import type { OwnFault } from '../core/own-fault.ts'
import { createFaultPauses } from './fault-pauses.ts'
import { createLane } from './lane.ts'
import { PACING } from './pacing.ts'

const MACHINE: OwnFault = { code: 'out_of_descriptors', scope: 'machine' }
const NETWORK: OwnFault = { code: 'network_down', scope: 'network' }
const WEBHOOK: OwnFault = { code: 'not_prepared', scope: 'webhook' }

function setUp() {
  const clock = createVirtualClock()
  let rung = 0
  const pauses = createFaultPauses(clock, () => (rung += 1))
  const begin = () => ({ startedAt: clock.monotonic() })
  const probe = () => {
    const attempt = begin()
    pauses.started(attempt)
    return attempt
  }
  const fails = (fault: OwnFault) => notSentReport(clock.now(), 'Ours.', fault)
  return { clock, pauses, begin, probe, fails, rung: () => rung }
}

describe('a fault of the machine', () => {
  it('stops everything but one probe, after a second, then after twice as long each time, up to a minute', async () => {
    const { clock, pauses, begin, probe, fails } = setUp()
    const lane = createLane('webhook_1', 1)
    pauses.ended(begin(), fails(MACHINE), lane)
    const waits: number[] = []
    for (let count = 0; count < 9; count++) {
      const from = clock.monotonic()
      while (!pauses.mayStart()) await clock.advance(1_000)
      waits.push(clock.monotonic() - from)
      const attempt = probe()
      expect(pauses.mayStart()).toBe(false)
      pauses.ended(attempt, fails(MACHINE), lane)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000))
    expect(lane.fault).toBeNull()
  })

  it('takes what was under way when it began for nothing new', async () => {
    const { clock, pauses, begin, fails } = setUp()
    const underWay = Array.from({ length: 60 }, begin)
    await clock.advance(5)
    for (const attempt of underWay.slice(1)) pauses.ended(attempt, fails(MACHINE), null)
    pauses.ended(underWay[0]!, sampleReport(), null)
    expect(pauses.mayStart()).toBe(false)
    await clock.advance(1_000)
    expect(pauses.mayStart()).toBe(true)
  })

  it('is over with the first probe that gets through, whatever the receiver says', async () => {
    const { clock, pauses, begin, probe, fails, rung } = setUp()
    pauses.ended(begin(), fails(MACHINE), null)
    await clock.advance(1_000)
    expect(rung()).toBe(1)
    pauses.ended(probe(), failedReport(), null)
    expect(rung()).toBe(2)
    probe()
    expect(pauses.mayStart()).toBe(true)
  })

  it('is over when the probe has its connection and the receiver takes its time', async () => {
    const { clock, pauses, begin, probe, fails } = setUp()
    pauses.ended(begin(), fails(MACHINE), null)
    await clock.advance(1_000)
    probe()
    await clock.advance(PACING.slowAfterMs - 1)
    expect(pauses.mayStart()).toBe(false)
    await clock.advance(1)
    expect(pauses.mayStart()).toBe(true)
  })

  it('probes with another when the first could not be prepared', async () => {
    const { clock, pauses, begin, probe, fails } = setUp()
    pauses.ended(begin(), fails(MACHINE), null)
    await clock.advance(1_000)
    const lane = createLane('webhook_1', 1)
    pauses.ended(probe(), fails(WEBHOOK), lane)
    expect(pauses.mayStart()).toBe(true)
    expect(lane.fault).toMatchObject({ faults: 1 })
  })
})

describe('a fault of the network, or of one webhook', () => {
  it('holds up its own lane only, and longer each time', async () => {
    const { clock, pauses, begin, fails } = setUp()
    const lane = createLane('webhook_1', 1)
    for (const waitMs of [1_000, 2_000, 4_000]) {
      pauses.ended(begin(), fails(NETWORK), lane)
      expect(lane.fault).toMatchObject({ until: clock.monotonic() + waitMs, code: 'network_down' })
      expect(pauses.mayStart()).toBe(true)
      await clock.advance(waitMs)
    }
    pauses.ended(begin(), sampleReport(), lane)
    expect(lane.fault).toBeNull()
  })

  it('lets all go that waited for the same once it works again', () => {
    const { pauses, begin, fails } = setUp()
    const [one, two, three] = [1, 2, 3].map((id) => createLane(`webhook_${id}`, 1))
    pauses.ended(begin(), fails(NETWORK), one!)
    pauses.ended(begin(), fails({ code: 'resolver_down', scope: 'network' }), two!)
    pauses.ended(begin(), fails(WEBHOOK), three!)
    expect(pauses.mended('network_down')).toEqual([one])
    expect(one!.fault).toBeNull()
    expect([two!.fault, three!.fault]).not.toContain(null)
    expect(pauses.mended('network_down')).toEqual([])
  })
})
