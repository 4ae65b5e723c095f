/** What one section found out. */
export interface SectionResult {
  name: string
  title: string
  rows: Row[]
}

/** One thing measured, once in each round. */
export interface Row {
  what: string
  unit: Unit
  /** Empty when it was skipped. */
  rounds: readonly number[]
  /** Why it was skipped. */
  skipped?: string
  /** What the product is asked for: of the median itself, or of its ratio to another. */
  asked?: Bound
  ratios?: readonly Ratio[]
}

export type Unit =
  'documents/s' | 'pages/s' | 'deliveries/s' | 'events/s' | 'requests/s' | 'ms' | 'µs' | 's' | 'MB' | 'bytes'

/** Of medians of the same run. */
export interface Ratio {
  /** E.g. `of the limit`. */
  to: string
  value: number
  asked?: Bound
}

export type Bound = { atLeast: number } | { atMost: number }

export function isMet(value: number, bound: Bound): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost
}

/** Every figure that something is asked of, with whether it is met. */
export function verdicts(rows: readonly Row[]): { what: string; isMet: boolean }[] {
  return rows.flatMap((row) => [
    ...(row.asked !== undefined && row.rounds.length > 0
      ? [{ what: row.what, isMet: isMet(median(row.rounds), row.asked) }]
      : []),
    ...(row.ratios ?? []).flatMap(({ to, value, asked }) =>
      asked === undefined ? [] : [{ what: `${row.what}, ${to}`, isMet: isMet(value, asked) }],
    ),
  ])
}

/** The middle one; of an even number the lower of the two, so that it is a value that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new Error('There is no median of nothing.')
  return middle
}
