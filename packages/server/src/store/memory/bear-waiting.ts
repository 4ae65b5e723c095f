import { fanoutRowsPerSlice, type EngineOptions } from '../options.ts'
import { bearSlice, type FanoutPort } from '../rules/fanouts.ts'
import type { FanoutProgress } from '../work.ts'
import { oldestFanout } from './fanouts.ts'
import { lineKey } from './tables.ts'
import type { StoredFanout, Tables } from './tables.ts'
import { lastBorn } from './waiting.ts'

export function createBearWaiting(tables: Tables, options: EngineOptions): () => FanoutProgress | null {
  const port = createFanoutPort(tables, options)
  let last: number | null = null

  return () =>
    tables.transact(() => {
      const progress = bearSlice(port, last, fanoutRowsPerSlice(options))
      last = progress?.organizationId ?? null
      return progress
    })
}

function createFanoutPort(tables: Tables, { makeDeliveryId }: EngineOptions): FanoutPort<StoredFanout> {
  return {
    organizations: () => tables.fanouts.values('organization').map(Number),
    oldest: (organizationId) => oldestFanout(tables, organizationId),
    webhook: (id) => tables.webhooks.get(id),
    wasLive({ seq }, { id }) {
      const moves = tables.moves.where('webhook', id).sort((left, right) => left.seq - right.seq)
      return moves.find(({ waitsFor }) => waitsFor !== null && waitsFor >= seq)?.wasLive ?? null
    },
    lineIsTaken: (webhookId, orderKey) =>
      tables.deliveries.where('line', lineKey(webhookId, orderKey)).length > 0,
    addDelivery: (delivery) => tables.deliveries.add(delivery),
    advance: (stored, position) => tables.fanouts.put({ ...stored, position }),
    done(stored) {
      tables.fanouts.remove(stored.seq)
      ripen(tables, stored.event.organizationId)
    },
    makeDeliveryId,
  }
}

/** Moves that waited for what is made by now are about what there is now. */
function ripen(tables: Tables, organizationId: number): void {
  const oldest = oldestFanout(tables, organizationId)?.seq ?? Number.POSITIVE_INFINITY
  for (const move of tables.moves.all()) {
    if (move.organizationId !== organizationId || (move.waitsFor ?? oldest) >= oldest) continue
    tables.moves.put({ ...move, lastPlace: lastBorn(tables, move.webhookId), waitsFor: null })
  }
}
