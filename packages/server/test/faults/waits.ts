import type { World } from './world.ts'

/** How long a receiver waited for each delivery after its event was answered for, milliseconds, shortest first. */
export function waitsOf({ facts, receivers }: World, name: string): number[] {
  const answeredAt = new Map<string, number>()
  for (const { answeredAt: at, events } of facts.ingests) {
    if (at !== null) for (const { id } of events) answeredAt.set(id, at)
  }
  return receivers.arrivals
    .filter((arrival) => arrival.name === name)
    .flatMap(({ headers, at }) => {
      const from = answeredAt.get(headers['webhook-id'] ?? '')
      // It may arrive before the answer does.
      return from === undefined ? [] : [Math.max(0, at - from)]
    })
    .sort((left, right) => left - right)
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
