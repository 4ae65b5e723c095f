import type { Counted, WebhookTally } from '../store.ts'
import type { StoredTally, Tables } from './tables.ts'

const NONE: Counted = { count: 0, lastAt: null }

export function countOn(
  tables: Tables,
  webhookId: string,
  what: 'filteredOut' | 'heldExpired',
  count: number,
  now: number,
): void {
  const before = tables.tallies.get(webhookId) ?? { webhookId, filteredOut: NONE, heldExpired: NONE }
  const after: StoredTally = { ...before, [what]: { count: before[what].count + count, lastAt: now } }
  tables.tallies.put(after)
}

export function tallyOf(tables: Tables, webhookId: string, heldMax: number): WebhookTally {
  const { filteredOut = NONE, heldExpired = NONE } = tables.tallies.get(webhookId) ?? {}
  const held = tables.deliveries.where('waiting', webhookId).filter(({ state }) => state === 'held').length
  return { held: Math.min(held, heldMax), filteredOut, heldExpired }
}
