import { describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { LIMITS } from '../core/limits.ts'
import { DAY_MS, HOUR_MS } from '../core/time.ts'
import { createRetentionSweep } from './retention.ts'

function sweepOver(slices: (number | Error)[]) {
  const clock = createVirtualClock()
  const calls: { before: number; keysBefore: number; limit: number; at: number }[] = []
  const swept: number[] = []
  const errors: unknown[] = []
  const sweep = createRetentionSweep({
    retention: {
      async sweep(before, keysBefore, limit) {
        calls.push({ before, keysBefore, limit, at: clock.now() })
        const slice = slices.shift() ?? 0
        if (slice instanceof Error) throw slice
        return slice
      },
      expireHeld: async () => [],
    },
    clock,
    retentionMs: 30 * DAY_MS,
    onSwept: (rows) => swept.push(rows),
    onExpired: () => undefined,
    onError: (error) => errors.push(error),
  })
  return { clock, calls, swept, errors, sweep }
}

describe('the retention sweep', () => {
  it('removes slice after slice until nothing is left, then rests', async () => {
    const { clock, calls, swept, sweep } = sweepOver([500, 500, 20])
    sweep.start()
    await clock.advance(60_000)
    expect(calls).toHaveLength(4)
    expect(swept).toEqual([1_020])
    for (const call of calls) {
      expect(call.before).toBe(call.at - 30 * DAY_MS)
      expect(call.keysBefore).toBe(call.at - LIMITS.idempotencyMs)
      expect(call.limit).toBe(LIMITS.retentionRowsPerSlice)
    }
    sweep.stop()
    await clock.advance(HOUR_MS)
    expect(calls).toHaveLength(4)
  })

  it('tells of a failure and tries again later', async () => {
    const { clock, calls, swept, errors, sweep } = sweepOver([new Error('busy'), 3])
    sweep.start()
    await clock.advance(60_000)
    expect([calls.length, errors.length, swept]).toEqual([1, 1, []])
    await clock.advance(HOUR_MS)
    expect(swept).toEqual([3])
  })
})
