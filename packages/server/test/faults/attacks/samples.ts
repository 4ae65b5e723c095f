import { percentile } from '../waits.ts'

/** What the other tenant does over and over, each timed by itself. */
export const METRICS = ['publish', 'receipt', 'publish judged', 'receipt judged', 'read'] as const
export type Metric = (typeof METRICS)[number]

/** How long each operation of one phase took, milliseconds. */
export type Samples = Readonly<Record<Metric, number[]>>

export function noSamples(): Samples {
  return { publish: [], receipt: [], 'publish judged': [], 'receipt judged': [], read: [] }
}

/** One round: alone, under attack, and alone again. */
export interface Round {
  before: Samples
  attacked: Samples
  after: Samples
}

export interface Comparison {
  metric: Metric
  /** Medians over the rounds of the 99th percentiles; both calm phases of a round count. */
  calmMs: number
  attackedMs: number
  /** What `attackedMs` may be at most. */
  boundMs: number
}

/** What one tenant's doings may cost another, as docs/faults.md promises. */
const FACTOR_MAX = 2
/**
 * Below this a 99th percentile tells more of the machine than of the server: on two processors that carry the attacker, the
 * server and its receivers, one turn of the scheduler takes as long as some operations.
 */
const P99_MS_FLOOR = 50

export function compare(rounds: readonly Round[]): Comparison[] {
  return METRICS.map((metric) => {
    const p99 = (samples: Samples): number =>
      percentile(
        [...samples[metric]].sort((left, right) => left - right),
        0.99,
      )
    const calmMs = median(rounds.flatMap(({ before, after }) => [p99(before), p99(after)]))
    const attackedMs = median(rounds.map(({ attacked }) => p99(attacked)))
    return { metric, calmMs, attackedMs, boundMs: Math.max(FACTOR_MAX * calmMs, P99_MS_FLOOR) }
  })
}

export function missedBounds(comparisons: readonly Comparison[]): string[] {
  return comparisons
    .filter(({ attackedMs, boundMs }) => attackedMs > boundMs)
    .map(
      ({ metric, calmMs, attackedMs, boundMs }) =>
        `${metric}: the 99th percentile under attack is ${shownMs(attackedMs)}, undisturbed ${shownMs(calmMs)}; ` +
        `${shownMs(boundMs)} at most`,
    )
}

export function shownMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[middle]]
  return (low + high) / 2
}
