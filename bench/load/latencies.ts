/** Percentiles of durations, in milliseconds. */
export interface LatencySummary {
  p50: number
  p99: number
  p999: number
  max: number
}

export interface Latencies {
  add(microseconds: number): void
  summary(): LatencySummary
  clear(): void
}

/** Fine up to two seconds, coarse up to two minutes; what is longer counts as that. */
const FINE_MICROSECONDS = 10
const FINE_BUCKETS = 200_000
const COARSE_MICROSECONDS = 1_000
const COARSE_BUCKETS = 120_000

/** Counts instead of values, so that a million of them cost a load process nothing while it measures. */
export function createLatencies(): Latencies {
  const fine = new Uint32Array(FINE_BUCKETS)
  const coarse = new Uint32Array(COARSE_BUCKETS)
  let count = 0

  /** The upper edge of the bucket that holds the value at `share` of all, in milliseconds. */
  function percentile(share: number): number {
    let left = Math.max(1, Math.ceil(count * share))
    for (const [buckets, width] of [
      [fine, FINE_MICROSECONDS],
      [coarse, COARSE_MICROSECONDS],
    ] as const) {
      for (const [index, number] of buckets.entries()) {
        left -= number
        if (left <= 0) return ((index + 1) * width) / 1_000
      }
    }
    return 0
  }

  return {
    add(microseconds) {
      count += 1
      const index = Math.floor(Math.max(0, microseconds) / FINE_MICROSECONDS)
      if (index < FINE_BUCKETS) increment(fine, index)
      else increment(coarse, Math.min(COARSE_BUCKETS - 1, Math.floor(microseconds / COARSE_MICROSECONDS)))
    },
    summary() {
      return {
        p50: percentile(0.5),
        p99: percentile(0.99),
        p999: percentile(0.999),
        max: percentile(1),
      }
    },
    clear() {
      fine.fill(0)
      coarse.fill(0)
      count = 0
    },
  }
}

function increment(buckets: Uint32Array, index: number): void {
  buckets[index] = (buckets[index] ?? 0) + 1
}
