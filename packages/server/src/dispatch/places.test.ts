import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleDelivery, sampleEvent, sampleWebhook } from '../../test/support/samples.ts'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { LIMITS } from '../core/limits.ts'
import { createLanes } from './lanes.ts'
import { PACING } from './pacing.ts'
import { createPlaces, IMPEDED_READY_MAX, LANE_BYTES_MAX } from './places.ts'

const MEGABYTE = 1024 * 1024

function placesOver() {
  const lanes = createLanes()
  return { lanes, places: createPlaces(lanes, createVirtualClock()) }
}

function webhookOf(index: number, failureCount = 0) {
  return sampleWebhook({ id: `webhook_${index}`, failureCount })
}

function leasedOf(index: number, bytes: number): LeasedDelivery {
  const webhookId = `webhook_${index}`
  return { delivery: sampleDelivery({ webhookId }), event: sampleEvent({ body: Buffer.alloc(bytes) }) }
}

/** How many deliveries of this size webhook `index` is admitted, before it is refused. */
function admitAll(
  places: ReturnType<typeof createPlaces>,
  index: number,
  bytes: number,
  failureCount = 0,
): number {
  let admitted = 0
  while (places.admit(webhookOf(index, failureCount), bytes)) admitted += 1
  return admitted
}

describe('places', () => {
  it('gives a lane no more than its own', () => {
    const { places } = placesOver()
    expect(admitAll(places, 1, 700)).toBe(LIMITS.laneReadyMax)
    expect(admitAll(places, 2, 700)).toBe(LIMITS.laneReadyMax)
  })

  it('keeps some for the next lane, however many take all they can', () => {
    const { places } = placesOver()
    // Twice as many as would fill it.
    const crowd = (2 * LIMITS.readyMax) / LIMITS.laneReadyMax
    for (let index = 0; index < crowd; index++) expect(admitAll(places, index, 700)).toBeGreaterThan(0)
    expect(places.admit(webhookOf(crowd), 700)).toBe(true)
  })

  it('counts bodies, of a lane and of all', () => {
    const { places } = placesOver()
    expect(admitAll(places, 0, MEGABYTE)).toBe(LANE_BYTES_MAX / MEGABYTE)
    let held = LANE_BYTES_MAX
    for (let index = 1; index < 200; index++) held += MEGABYTE * admitAll(places, index, MEGABYTE)
    expect(held).toBeLessThanOrEqual(LIMITS.readyBytesMax)
    expect(held).toBeGreaterThan(LIMITS.readyBytesMax / 2)
  })

  it('counts a body until its attempt is settled', () => {
    const { lanes, places } = placesOver()
    const most = admitAll(places, 1, MEGABYTE)
    const lane = lanes.of('webhook_1', 1)
    for (let count = 0; count < most; count++) places.fill(lane, leasedOf(1, MEGABYTE))
    const started = places.shift(lane)
    expect(admitAll(places, 1, MEGABYTE)).toBe(0)
    places.settled(lane, started!)
    expect(admitAll(places, 1, MEGABYTE)).toBe(1)
  })

  it('gives lanes that can start little a quarter together', () => {
    const { places } = placesOver()
    let held = 0
    for (let index = 0; index < 1_000; index++) {
      const admitted = admitAll(places, index, 700, PACING.breakerFailures)
      expect(admitted).toBeLessThanOrEqual(IMPEDED_READY_MAX)
      held += admitted
    }
    expect(held).toBeLessThanOrEqual(LIMITS.readyMax * PACING.slowShare)
    expect(admitAll(places, 1_001, 700)).toBe(LIMITS.laneReadyMax)
  })

  it('takes back what lanes hold that turn slow, once they hold more than their share', () => {
    const { lanes, places } = placesOver()
    const count = 45
    let takenBack = 0
    for (let index = 0; index < count; index++) {
      for (let each = admitAll(places, index, 700); each > 0; each--) {
        places.fill(lanes.of(`webhook_${index}`, 1), leasedOf(index, 700))
      }
    }
    for (let index = 0; index < count; index++) {
      const lane = lanes.of(`webhook_${index}`, 1)
      lane.slow = true
      takenBack += places.reclassify(lane).length
      expect(places.reclassify(lane)).toEqual([])
    }
    expect(takenBack).toBeGreaterThan(0)
    const kept = [...lanes.all()].reduce((sum, { ready }) => sum + ready.length, 0)
    expect(kept).toBeLessThan(LIMITS.readyMax * PACING.slowShare + count * IMPEDED_READY_MAX)
  })

  it('has one more for what goes in front', () => {
    const { lanes, places } = placesOver()
    const admitted = admitAll(places, 1, 700, PACING.breakerFailures)
    const lane = lanes.of('webhook_1', 1)
    for (let each = admitted; each > 0; each--) places.fill(lane, leasedOf(1, 700))
    expect(places.reserve(lane, 10)).toBeNull()
    const reserved = places.reserveInFront(lane)
    expect(reserved?.rows).toBe(1)
    places.unreserve(lane, reserved!)
    const first = leasedOf(1, 10)
    places.push(lane, first, true)
    expect(places.shift(lane)).toBe(first)
  })

  it('gives none once it is closed', () => {
    const { lanes, places } = placesOver()
    const lane = lanes.of('webhook_1', 1)
    places.close()
    expect(places.admit(webhookOf(1), 1)).toBe(false)
    expect(places.reserve(lane, 1)).toBeNull()
  })

  it('is as empty as before when everything was given back, whatever happened between', () => {
    const step = fc.record({
      what: fc.constantFrom('admit', 'giveBack', 'fill', 'start', 'settle', 'claim', 'clear', 'turn'),
      lane: fc.nat(4),
      bytes: fc.integer({ min: 1, max: MEGABYTE }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { lanes, places } = placesOver()
        const promised: number[][] = Array.from({ length: 5 }, () => [])
        const started: LeasedDelivery[][] = Array.from({ length: 5 }, () => [])
        const play = (what: string, index: number, bytes: number): void => {
          const lane = lanes.of(`webhook_${index}`, 1)
          lane.pauses = 0
          if (what === 'admit' && places.admit(webhookOf(index), bytes)) promised[index]!.push(bytes)
          if (what === 'claim') {
            const reserved = places.reserve(lane, 5)
            if (reserved === null) return
            places.unreserve(lane, reserved)
            places.push(lane, leasedOf(index, bytes), false)
          }
          if (what === 'turn') {
            lane.slow = !lane.slow
            places.reclassify(lane)
          }
          if (what === 'clear') places.clear(lane)
          const size = what === 'fill' || what === 'giveBack' ? promised[index]!.pop() : undefined
          if (size !== undefined && what === 'fill') places.fill(lane, leasedOf(index, size))
          if (size !== undefined && what === 'giveBack') places.giveBack(lane.webhookId, 1, size)
          const next = what === 'start' ? places.shift(lane) : undefined
          if (next !== undefined) started[index]!.push(next)
          const ended = what === 'settle' ? started[index]!.pop() : undefined
          if (ended !== undefined) places.settled(lane, ended)
        }
        for (const { what, lane, bytes } of steps) play(what, lane, bytes)
        for (let index = 0; index < 5; index++) {
          while (promised[index]!.length > 0) play('giveBack', index, 0)
          while (started[index]!.length > 0) play('settle', index, 0)
          play('clear', index, 0)
          const lane = lanes.of(`webhook_${index}`, 1)
          if (lane.slow) play('turn', index, 0)
          expect([lane.bytes, lane.reserved, lane.ready.length]).toEqual([0, 0, 0])
        }
        // All of it is there again.
        expect(admitAll(places, 9, 700)).toBe(LIMITS.laneReadyMax)
        expect(admitAll(places, 8, MEGABYTE)).toBe(LANE_BYTES_MAX / MEGABYTE)
      }),
    )
  })
})
