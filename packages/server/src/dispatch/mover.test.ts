import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import type { MoveProgress } from '../store/work.ts'
import { createMover, MOVE_REST_MS, MOVE_RETRY_MS } from './mover.ts'

/** A mover over a store that has `slices` left to move. */
function moving(slices: number) {
  const clock = createVirtualClock()
  const state = { slices, broken: false, calls: 0 }
  const moved: MoveProgress[] = []
  const errors: unknown[] = []
  const mover = createMover({
    move: async () => {
      state.calls += 1
      if (state.broken) throw new Error('disk')
      if (state.slices === 0) return null
      state.slices -= 1
      return { webhookId: 'webhook_1', organizationId: 1, done: state.slices === 0 }
    },
    clock,
    onMoved: (progress) => moved.push(progress),
    onError: (error) => errors.push(error),
    doing: 'moving',
  })
  return { clock, mover, state, moved, errors }
}

describe('the mover', () => {
  it('moves slice after slice, with a rest between them, until none is left', async () => {
    const { clock, mover, state, moved } = moving(3)
    mover.kick()
    await clock.settle()
    expect(moved).toHaveLength(1)
    await clock.advance(MOVE_REST_MS)
    expect(moved).toHaveLength(2)
    await clock.advance(10 * MOVE_REST_MS)
    expect(moved.map(({ done }) => done)).toEqual([false, false, true])
    expect(state.calls).toBe(4)
    await clock.advance(60_000)
    expect(state.calls).toBe(4)
  })

  it('finds what a kick during its last look told of', async () => {
    const { clock, mover, state, moved } = moving(0)
    mover.kick()
    mover.kick()
    state.slices = 1
    await clock.advance(10 * MOVE_REST_MS)
    expect(moved).toHaveLength(1)
  })

  it('tries again after a failure, and says so', async () => {
    const { clock, mover, state, moved, errors } = moving(1)
    state.broken = true
    mover.kick()
    await clock.advance(3 * MOVE_RETRY_MS)
    expect(errors).toHaveLength(4)
    state.broken = false
    await clock.advance(MOVE_RETRY_MS)
    expect(moved).toHaveLength(1)
  })

  it('begins nothing more once it is stopped', async () => {
    const { clock, mover, moved } = moving(5)
    mover.kick()
    await clock.advance(MOVE_REST_MS)
    await mover.stop()
    await mover.stop()
    mover.kick()
    await clock.advance(60_000)
    expect(moved).toHaveLength(2)
  })
})
