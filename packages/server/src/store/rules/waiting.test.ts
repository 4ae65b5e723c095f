import { describe, expect, test } from 'vitest'
import { sampleDelivery } from '../../../test/support/samples.ts'
import { DELIVERY_STATES, canMove, isFinished } from '../../core/delivery.ts'
import type { Delivery } from '../../core/delivery.ts'
import type { WaitingMove } from '../../core/webhook.ts'
import { movedBy } from './waiting.ts'

const NOW = 77
const MOVES: readonly WaitingMove[] = ['hold', 'send', 'drop', 'cancel', 'unorder']

/** Deliveries in every state, leased or not, in an order or not, due or not where there is a difference. */
function deliveries(): Delivery[] {
  const leases = [null, 5]
  const orderKeys = [null, 'a']
  return DELIVERY_STATES.flatMap((state) =>
    leases.flatMap((leasedAt) =>
      (state === 'pending' ? [null, 9] : [null]).flatMap((dueAt) =>
        orderKeys.map((orderKey) =>
          sampleDelivery({
            state,
            leasedAt,
            dueAt,
            orderKey,
            endedAt: isFinished(state) ? 3 : null,
          }),
        ),
      ),
    ),
  )
}

describe('a move', () => {
  test.each(MOVES)('%s draws no line that the states do not', (move) => {
    let touched = 0
    for (const delivery of deliveries()) {
      const moved = movedBy(move, delivery, () => true, NOW)
      if (moved === null) continue
      touched += 1
      expect(canMove(delivery.state, moved.state)).toBe(true)
      expect(moved.endedAt !== null).toBe(isFinished(moved.state))
      if (moved.state === 'held' || moved.state === 'cancelled') expect(moved.dueAt).toBeNull()
    }
    expect(touched).toBeGreaterThan(0)
  })

  test.each(MOVES)('%s made twice is the same as once', (move) => {
    for (const delivery of deliveries()) {
      const moved = movedBy(move, delivery, () => true, NOW)
      if (moved !== null) expect(movedBy(move, { ...delivery, ...moved }, () => true, NOW + 1)).toBeNull()
    }
  })

  test('send makes due what is the first of its line, and the others wait', () => {
    const held = sampleDelivery({ state: 'held', dueAt: null, leasedAt: null, orderKey: 'a' })
    expect(movedBy('send', held, () => true, NOW)).toMatchObject({ state: 'pending', dueAt: NOW })
    expect(movedBy('send', held, () => false, NOW)).toMatchObject({ state: 'pending', dueAt: null })
  })

  test('unorder sets going what waited for its turn, and keeps the times of the rest', () => {
    const pending = sampleDelivery({ orderKey: 'a', dueAt: null, leasedAt: null })
    expect(movedBy('unorder', pending, () => true, NOW)).toMatchObject({ orderKey: null, dueAt: NOW })
    const retry = { ...pending, dueAt: NOW + 60_000 }
    expect(movedBy('unorder', retry, () => true, NOW)).toMatchObject({ orderKey: null, dueAt: NOW + 60_000 })
    const held = { ...pending, state: 'held' as const }
    expect(movedBy('unorder', held, () => true, NOW)).toMatchObject({ orderKey: null, dueAt: null })
  })
})
