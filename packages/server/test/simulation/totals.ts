import { INVARIANTS } from '../invariants/check.ts'
import type { Figures } from './run-scenario.ts'
import type { SeedReport } from './seed-report.ts'

/** What many seeds came to together. */
export interface Totals {
  seeds: number
  figures: Figures
  cases: Record<number, number>
  failed: SeedReport[]
}

export function emptyTotals(): Totals {
  const figures = {
    ...{ hours: 0, events: 0, deliveries: 0, attempts: 0, requests: 0, changes: 0, resends: 0, replays: 0 },
    ...{ crashes: 0, restarts: 0, freezes: 0, storeOutages: 0, clockSteps: 0, ownTroubles: 0 },
  }
  return { seeds: 0, figures, cases: {}, failed: [] }
}

export function add(totals: Totals, report: SeedReport): void {
  totals.seeds += 1
  for (const name of Object.keys(totals.figures) as (keyof Figures)[]) {
    totals.figures[name] += report.figures[name]
  }
  for (const [invariant, count] of Object.entries(report.cases)) {
    totals.cases[Number(invariant)] = (totals.cases[Number(invariant)] ?? 0) + count
  }
}

/** A few lines for people. */
export function summaryOf({ seeds, figures, cases, failed }: Totals, seconds: number): string {
  const {
    hours,
    crashes,
    restarts,
    freezes,
    storeOutages,
    clockSteps,
    ownTroubles,
    changes,
    resends,
    replays,
  } = figures
  const line = (entries: Record<string, number>): string =>
    Object.entries(entries)
      .map(([name, value]) => `${value.toLocaleString('en')} ${name}`)
      .join(', ')
  const { events, deliveries, attempts, requests } = figures
  const unseen = Object.keys(INVARIANTS).filter((invariant) => (cases[Number(invariant)] ?? 0) === 0)
  return [
    `${hours.toLocaleString('en')} virtual hours of traffic in ${seeds} seeds, ${Math.round(seconds)} s`,
    `  ${line({ events, deliveries, attempts, 'requests seen by receivers': requests })}`,
    `  ${line({ crashes, restarts, freezes, 'store outages': storeOutages, 'clock steps': clockSteps, 'faults of the machine': ownTroubles })}`,
    `  ${line({ 'changes of webhooks': changes, resends, replays })}`,
    `  cases looked at: ${Object.entries(cases)
      .map(([invariant, count]) => `${invariant}: ${count.toLocaleString('en')}`)
      .join(' · ')}`,
    ...(unseen.length > 0 ? [`  never met: ${unseen.join(', ')}`] : []),
    failed.length === 0
      ? '  every invariant held'
      : `  FAILED: seeds ${failed.map((report) => report.seed).join(', ')}`,
  ].join('\n')
}
