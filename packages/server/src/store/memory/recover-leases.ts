import { LIMITS } from '../../core/limits.ts'
import type { EngineOptions } from '../options.ts'
import { settleCutOff } from '../rules/settle.ts'
import type { WorkStore } from '../work.ts'
import { partsApart } from './parts.ts'
import { createSettlePort } from './settle-results.ts'
import type { Tables } from './tables.ts'

export function createRecoverLeases(tables: Tables, options: EngineOptions): WorkStore['recover'] {
  const port = createSettlePort(tables, options)

  return async (decisions, onFault = () => undefined) => {
    let recovered = 0
    for (;;) {
      const slice = tables
        .read(() => tables.deliveries.where('leased', 'leased'))
        .slice(0, LIMITS.commitRowsMax)
      if (slice.length === 0) return recovered
      const leases = slice.map(({ id, fence }) => ({ deliveryId: id, fence }))
      const faults = tables.transact((savepoint) =>
        settleCutOff(port, leases, decisions, options.now(), partsApart(savepoint)),
      )
      faults.forEach(onFault)
      recovered += leases.length - faults.length
    }
  }
}
