import { expect, it } from 'vitest'
import { createSlots } from './slots.ts'

it('an organization gets the thread it had, and leaves alone what another had last', () => {
  const slots = createSlots(3)
  const [a, b] = [slots.take(1), slots.take(2)]
  slots.release(a)
  slots.release(b)
  for (let n = 0; n < 5; n++) {
    const again = [slots.take(2), slots.take(1)]
    expect(again).toEqual([b, a])
    for (const slot of again) slots.release(slot)
  }
  // Its own is taken: it gets one that nobody had, and then the one that was let go of longest ago.
  const own = slots.take(1)
  const unused = slots.take(1)
  expect([own, unused]).toEqual([a, [0, 1, 2].find((slot) => slot !== a && slot !== b)])
  expect(slots.take(1)).toBe(b)
  expect(() => slots.take(1)).toThrow('no free thread')
})
