import type { Webhook } from '../../core/webhook.ts'
import type { AcceptPort } from '../rules/accept.ts'
import { createAlertWriter } from './alerts.ts'
import type { Connection } from './connection.ts'
import type { DeliveryPlaces } from './delivery-places.ts'
import { createDeliveryWriter } from './delivery-rows.ts'
import { createEventWriter } from './event-rows.ts'
import type { Fanouts } from './fanouts.ts'
import type { Idempotency } from './idempotency.ts'
import type { Lines } from './lines.ts'
import { createMonitorRows } from './monitor-rows.ts'
import { createRunWriter } from './run-rows.ts'
import type { Tallies } from './tallies.ts'
import type { WebhookCache } from './webhook-cache.ts'
import type { WebhookMoves } from './webhook-moves.ts'

export interface AcceptParts {
  places: DeliveryPlaces
  webhooks: WebhookCache
  moves: WebhookMoves
  lines: Lines
  idempotency: Idempotency
  fanouts: Fanouts
  tallies: Tallies
  makeDeliveryId: () => string
}

/** The function it returns opens a port that remembers candidates, for as long as nothing changes them. */
export function createAcceptPorts(
  connection: Connection,
  { places, webhooks, moves, lines, idempotency, fanouts, tallies, makeDeliveryId }: AcceptParts,
): () => AcceptPort {
  const saveRun = createRunWriter(connection)
  const saveAlert = createAlertWriter(connection)
  const monitors = createMonitorRows(connection)
  const insertEvent = createEventWriter(connection)
  const deliveries = createDeliveryWriter(connection)

  return () => {
    const eventSeqs = new Map<string, number>()
    const candidates = new Map<string, Webhook[]>()
    return {
      earlierClaim: (claim) => idempotency.earlierClaim(claim),
      saveClaim: (claim) => idempotency.saveClaim(claim),
      saveRun,
      saveAlert,
      monitor: (organizationId, id) => monitors.find(organizationId, id),
      saveMonitor: (monitor) => monitors.update(monitor),
      addEvent: (event, deliveryCount) => void eventSeqs.set(event.id, insertEvent(event, deliveryCount)),
      candidates({ organizationId, type }, limit) {
        const key = `${organizationId} ${type} ${limit}`
        const found = candidates.get(key) ?? webhooks.candidates(organizationId, type, limit)
        candidates.set(key, found)
        return found
      },
      countFilteredOut: (webhookId, count, now) => tallies.addFilteredOut(webhookId, count, now),
      hearersVersion: (organizationId) => webhooks.version(organizationId),
      fansOut: (organizationId) => fanouts.oldest(organizationId) !== null,
      moveWaits: (webhookId) => moves.waits(webhookId),
      fanoutsLeft: (organizationId) => fanouts.left(organizationId),
      saveFanout({ id, organizationId }, audience, now) {
        const eventSeq = eventSeqs.get(id)
        if (eventSeq === undefined) throw new Error(`event ${id} is not there`)
        fanouts.add(eventSeq, organizationId, audience, now)
      },
      webhook: (id) => webhooks.byId(id)?.webhook ?? null,
      heldBack: (webhookId) => moves.heldBack(webhookId),
      lineIsTaken(webhookId, orderKey) {
        const entry = webhooks.byId(webhookId)
        return entry !== null && lines.first(entry.seq, orderKey) !== null
      },
      addDelivery(delivery) {
        const eventSeq = eventSeqs.get(delivery.eventId)
        const webhookSeq = webhooks.byId(delivery.webhookId)?.seq
        if (eventSeq === undefined || webhookSeq === undefined) {
          throw new Error(`delivery ${delivery.id} is of an event or a webhook that is not there`)
        }
        places.keep(delivery, deliveries.insert(delivery, eventSeq, webhookSeq))
      },
      makeDeliveryId,
    }
  }
}
