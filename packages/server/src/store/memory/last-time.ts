import type { Tables } from './tables.ts'

export function lastTime(tables: Tables): number {
  const made = [
    tables.events.all().at(-1)?.createdAt ?? 0,
    tables.deliveries.all().at(-1)?.createdAt ?? 0,
    tables.fanouts.all().at(-1)?.acceptedAt ?? 0,
  ]
  const worked = tables.deliveries.all().flatMap(({ leasedAt, endedAt }) => [leasedAt ?? 0, endedAt ?? 0])
  // A fold, not Math.max(...): a store has more rows than a call may have arguments.
  return [...made, ...worked].reduce((latest, time) => Math.max(latest, time), 0)
}
