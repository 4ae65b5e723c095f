import type { Delivery } from '../../core/delivery.ts'
import { bearSlice } from '../rules/fanouts.ts'
import type { FanoutPort } from '../rules/fanouts.ts'
import type { WorkStore } from '../work.ts'
import type { Connection } from './connection.ts'
import { createDeliveryWriter } from './delivery-rows.ts'
import type { Fanouts, StoredFanout } from './fanouts.ts'
import type { Lines } from './lines.ts'
import type { WebhookCache } from './webhook-cache.ts'
import type { WebhookMoves } from './webhook-moves.ts'

export interface FanoutParts {
  fanouts: Fanouts
  webhooks: WebhookCache
  moves: WebhookMoves
  lines: Lines
  makeDeliveryId: () => string
}

/** Makes the next slice, in a transaction of its own. */
export function createBearWaiting(
  connection: Connection,
  { fanouts, webhooks, moves, lines, makeDeliveryId }: FanoutParts,
  rowsPerSlice: number,
): WorkStore['bearWaiting'] {
  const deliveries = createDeliveryWriter(connection)
  const seqOf = (webhookId: string): number => {
    const entry = webhooks.byId(webhookId)
    if (entry === null) throw new Error(`no webhook ${webhookId}`)
    return entry.seq
  }
  let last: number | null = null
  const port: FanoutPort<StoredFanout> = {
    organizations: () => fanouts.organizations(),
    oldest: (organizationId) => fanouts.next(organizationId),
    webhook: (id) => webhooks.byId(id)?.webhook ?? null,
    wasLive: ({ eventSeq }, { id }) => moves.waitingFor(id, eventSeq)?.wasLive ?? null,
    lineIsTaken: (webhookId, orderKey) => lines.first(seqOf(webhookId), orderKey) !== null,
    addDelivery: (delivery: Delivery, { eventSeq }) =>
      void deliveries.insert(delivery, eventSeq, seqOf(delivery.webhookId)),
    advance: (stored, position) => fanouts.advance(stored, position),
    done(stored) {
      fanouts.remove(stored)
      moves.ripen(stored.event.organizationId)
    },
    makeDeliveryId,
  }
  return () =>
    connection.commit(() => {
      const progress = bearSlice(port, last, rowsPerSlice)
      last = progress?.organizationId ?? null
      return progress
    })
}
