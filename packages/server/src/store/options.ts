import { LIMITS } from '../core/limits.ts'
import type { CommitBounds } from './rules/commit.ts'

/** What every engine is given by compose: time and ids, so that a simulation can hold both. */
export interface EngineOptions {
  /** Wall-clock milliseconds. */
  now: () => number
  /** A new time-ordered `dlv_…` id. */
  makeDeliveryId: () => string
  /** `LIMITS.moveRowsPerSlice`, unless a test wants to see what happens between slices. */
  moveRowsPerSlice?: number
  /** `LIMITS.deliveriesAtOnceMax` and `LIMITS.fanoutRowsPerSlice`, for the same reason. */
  deliveriesAtOnceMax?: number
  fanoutRowsPerSlice?: number
  /** `LIMITS.stepRowsMax`, unless a test wants to see what a commit leaves to the next. */
  stepRowsMax?: number
}

export function commitBounds({ deliveriesAtOnceMax, stepRowsMax }: EngineOptions): CommitBounds {
  return {
    deliveriesAtOnceMax: deliveriesAtOnceMax ?? LIMITS.deliveriesAtOnceMax,
    stepRowsMax: stepRowsMax ?? LIMITS.stepRowsMax,
  }
}

export function fanoutRowsPerSlice({ fanoutRowsPerSlice: rows }: EngineOptions): number {
  return rows ?? LIMITS.fanoutRowsPerSlice
}
