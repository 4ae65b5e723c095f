import { describe, expect, it } from 'vitest'
import { createLane, type Lane } from './lane.ts'
import { createTurnOrder } from './turn-order.ts'

const always = (): boolean => true

function turns(lanes: Lane[], count: number): string[] {
  const order = createTurnOrder()
  for (const lane of lanes) order.join(lane)
  return Array.from({ length: count }, () => order.next(always)?.webhookId ?? '–')
}

describe('whose turn it is', () => {
  it('goes round the organizations, then round the webhooks of each', () => {
    const busy = ['a1', 'a2', 'a3'].map((id) => createLane(id, 1))
    const quiet = createLane('b1', 2)
    expect(turns([...busy, quiet], 8)).toEqual(['a1', 'b1', 'a2', 'b1', 'a3', 'b1', 'a1', 'b1'])
  })

  it('passes over lanes that may not start, until they join again', () => {
    const order = createTurnOrder()
    const [full, free] = [createLane('full', 1), createLane('free', 1)]
    order.join(full)
    order.join(free)
    expect(order.next((lane) => lane !== full)).toBe(free)
    expect(order.next((lane) => lane !== full)).toBe(free)
    expect(order.next((lane) => lane === full)).toBeNull()
    order.join(full)
    expect(order.next(always)).toBe(full)
  })

  it('has nobody’s turn when nobody waits', () => {
    expect(turns([], 1)).toEqual(['–'])
  })
})
