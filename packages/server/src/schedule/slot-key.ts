import { createHash } from 'node:crypto'
import type { StartKey } from './start-run.ts'

/**
 * The Idempotency-Key of a slot's run: a server that stopped after the run was stored and before the slot was taken, or
 * another server at the same slot, finds that run and makes no second one. What is asked counts for nothing in it: that
 * the monitor's URL was changed in between must not look like another's request.
 */
export function slotKey(monitorId: string, slot: number): StartKey {
  const key = `monitor ${monitorId} ${slot}`
  return { key, requestHash: createHash('sha256').update(key).digest('hex') }
}
