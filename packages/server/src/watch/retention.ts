import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import type { ExpiredHeld, RetentionStore } from '../store/store.ts'

/**
 * Removes finished work once it is older than the owner wants to keep it, and ends what is held for as long. Works in slices with a rest between them, so
 * that no sweep, however large, holds up the store for longer than one slice takes.
 */
export interface RetentionSweep {
  start(): void
  /** Safe to call twice. */
  stop(): void
}

export interface RetentionParts {
  retention: RetentionStore
  clock: Clock
  /** How long finished work is kept, and work that is held. */
  retentionMs: number
  onSwept: (rows: number) => void
  /** Told of deliveries that were held for longer than that, and were given up. */
  onExpired: (expired: ExpiredHeld) => void
  onError: (error: unknown) => void
}

const FIRST_SWEEP_MS = 10 * SECOND_MS
const SWEEP_EVERY_MS = 10 * MINUTE_MS
/** A slice of a sweep, then this much for everything else. */
const REST_MS = 20

export function createRetentionSweep(parts: RetentionParts): RetentionSweep {
  const { retention, clock } = parts
  let timer: Timer | null = null
  let stopped = false
  let swept = 0

  function again(delayMs: number): void {
    if (!stopped) timer = clock.after(delayMs, () => void slice())
  }

  async function slice(): Promise<void> {
    const now = clock.now()
    try {
      const before = now - parts.retentionMs
      const rows = await retention.sweep(before, now - LIMITS.idempotencyMs, LIMITS.retentionRowsPerSlice)
      const expired = await retention.expireHeld(before, now, LIMITS.retentionRowsPerSlice)
      for (const each of expired) parts.onExpired(each)
      swept += rows
      if (rows > 0 || expired.length > 0) {
        again(REST_MS)
        return
      }
      if (swept > 0) parts.onSwept(swept)
    } catch (error) {
      parts.onError(error)
    }
    swept = 0
    again(SWEEP_EVERY_MS)
  }

  return {
    start: () => again(FIRST_SWEEP_MS),
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}
