import { audienceFrom, type Audience } from '../../core/audience.ts'
import type { Event } from '../../core/event.ts'
import type { StoredFanout, Tables } from './tables.ts'

export function addFanout(
  tables: Tables,
  { id, organizationId, key }: Event,
  audience: Audience,
  now: number,
): void {
  const seq = tables.fanouts.all().reduce((most, stored) => Math.max(most, stored.seq), 0) + 1
  tables.fanouts.add({ seq, event: { id, organizationId, key }, audience, position: 0, acceptedAt: now })
}

export function oldestFanout(tables: Tables, organizationId: number): StoredFanout | null {
  return inOrder(tables, organizationId)[0] ?? null
}

export function lastFanout(tables: Tables, organizationId: number): StoredFanout | null {
  return inOrder(tables, organizationId).at(-1) ?? null
}

function inOrder(tables: Tables, organizationId: number): StoredFanout[] {
  return tables.fanouts.where('organization', organizationId).sort((left, right) => left.seq - right.seq)
}

/** How many deliveries of its event are still to be made. */
export function leftOf({ audience, position }: StoredFanout): number {
  return audienceFrom(audience, position, Number.MAX_SAFE_INTEGER).webhookIds.length
}
