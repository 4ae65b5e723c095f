import { LIMITS } from '../../core/limits.ts'
import { settleCutOff } from '../rules/settle.ts'
import type { Decisions } from '../work.ts'
import { createSettlePort } from './settle-results.ts'
import type { Tables } from './tables.ts'

export function recoverLeases(
  tables: Tables,
  decisions: Pick<Decisions, 'settle'>,
  now: () => number,
): number {
  const port = createSettlePort(tables)
  let recovered = 0
  for (;;) {
    const slice = tables.deliveries.where('leased', 'leased').slice(0, LIMITS.commitRowsMax)
    if (slice.length === 0) return recovered
    tables.transact(() => {
      for (const { id } of slice) {
        // Read again: an earlier one of the slice may have stopped the webhook and held this one.
        const delivery = tables.deliveries.get(id)
        if (delivery !== null) settleCutOff(port, delivery, decisions, now())
      }
    })
    recovered += slice.length
  }
}
