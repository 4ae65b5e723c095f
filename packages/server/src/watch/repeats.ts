import type { Clock } from '../core/clock.ts'
import { SECOND_MS } from '../core/time.ts'

/** What says the same within this time is told once. */
export const REPEAT_MS = 10 * SECOND_MS
/** Kinds that are remembered; all are forgotten when there are more. */
const KINDS_MAX = 100

/**
 * Keeps a log from being filled by one cause: while the disk is full every claim and every commit fails, thousands in a
 * second, and the log may be on that disk.
 */
export interface Repeats {
  /** How many of its kind were passed over since one was told; null when this one is to be passed over too. */
  heard(kind: string): number | null
}

export function createRepeats(clock: Pick<Clock, 'monotonic'>): Repeats {
  const kinds = new Map<string, { toldAt: number; passedOver: number }>()

  return {
    heard(kind) {
      const now = clock.monotonic()
      const known = kinds.get(kind)
      if (known !== undefined && now - known.toldAt < REPEAT_MS) {
        known.passedOver += 1
        return null
      }
      if (kinds.size >= KINDS_MAX) kinds.clear()
      kinds.set(kind, { toldAt: now, passedOver: 0 })
      return known?.passedOver ?? 0
    },
  }
}
