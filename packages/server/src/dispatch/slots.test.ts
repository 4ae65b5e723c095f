import { describe, expect, it } from 'vitest'
import { sampleWebhook } from '../../test/support/samples.ts'
import { createLane, type Lane } from './lane.ts'
import { PACING } from './pacing.ts'
import { createSlots } from './slots.ts'

const SLOTS = 40
const EACH = 5

function lanes(count: number, fields: Partial<Lane> = {}): Lane[] {
  return Array.from({ length: count }, (_, index) =>
    Object.assign(createLane(`webhook_${index}`, 1), {
      webhook: sampleWebhook(),
      allowance: EACH,
      ...fields,
    }),
  )
}

/** Every lane starts as much as it may, by turns. */
function fill(slots: ReturnType<typeof createSlots>, crowd: readonly Lane[]): number {
  let started = 0
  for (let round = 0; round < EACH; round++) {
    for (const lane of crowd) {
      if (!slots.mayStart(lane)) continue
      slots.started(lane)
      started += 1
    }
  }
  return started
}

describe('slots', () => {
  it('gives a lane its allowance, and no more than the webhook’s own', () => {
    const [lane] = lanes(1, { allowance: 2 })
    expect(fill(createSlots(SLOTS, EACH), [lane!])).toBe(2)
    const [grown] = lanes(1, { allowance: 100 })
    expect(fill(createSlots(SLOTS, EACH), [grown!])).toBe(EACH)
  })

  it('gives one at a time while the breaker is open', () => {
    const failing = sampleWebhook({ failureCount: PACING.breakerFailures })
    expect(fill(createSlots(SLOTS, EACH), lanes(1, { webhook: failing }))).toBe(1)
  })

  it('gives the slow lanes a quarter together, and the others the rest as if those were not there', () => {
    const slots = createSlots(SLOTS, EACH)
    expect(fill(slots, lanes(100, { slow: true }))).toBe(SLOTS / 4)
    expect(slots.hasFree(true)).toBe(false)
    expect(fill(slots, lanes(100))).toBe(SLOTS)
    expect(slots.hasFree(false)).toBe(false)
  })

  it('frees the slots of a lane that turns slow, and takes them again when it no longer is', () => {
    const slots = createSlots(SLOTS, EACH)
    const crowd = lanes(SLOTS)
    fill(slots, crowd)
    expect(slots.hasFree(false)).toBe(false)
    for (const lane of crowd.slice(0, 20)) slots.setSlow(lane, true)
    expect(fill(slots, lanes(100))).toBe(20)
    expect(slots.hasFree(true)).toBe(false)
    for (const lane of crowd.slice(0, 20)) slots.ended(lane)
    expect(slots.hasFree(true)).toBe(true)
    slots.setSlow(crowd[0]!, false)
    expect(slots.hasFree(false)).toBe(false)
  })

  it('never has more in flight than twice its number, or a hundred more, however many lanes turn slow', () => {
    for (const [count, most] of [
      [200, 400],
      [SLOTS, SLOTS + PACING.overflowMin],
    ] as const) {
      const slots = createSlots(count, EACH)
      let inFlight = 0
      for (let wave = 0; wave < 10; wave++) {
        const crowd = lanes(count)
        inFlight += fill(slots, crowd)
        for (const lane of crowd) slots.setSlow(lane, true)
      }
      expect(inFlight).toBe(most)
      expect(slots.hasFree(false)).toBe(false)
    }
  })

  it('never refuses a lane that has nothing in flight while anything is free', () => {
    const slots = createSlots(1, 10)
    const [first, second] = lanes(2)
    expect(slots.mayStart(first!)).toBe(true)
    slots.started(first!)
    expect(slots.mayStart(second!)).toBe(false)
    slots.ended(first!)
    expect(slots.mayStart(second!)).toBe(true)
  })
})
