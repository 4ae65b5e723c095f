/** What every engine is given by compose: time and ids, so that a simulation can hold both. */
export interface EngineOptions {
  /** Wall-clock milliseconds. */
  now: () => number
  /** A new time-ordered `dlv_…` id. */
  makeDeliveryId: () => string
  /** `LIMITS.moveRowsPerSlice`, unless a test wants to see what happens between slices. */
  moveRowsPerSlice?: number
}
