import type { Webhook } from '../../core/webhook.ts'
import { bearDeliveries, isUnitFault, planOrRefuse, planUnit } from '../rules/accept.ts'
import type { AcceptPort } from '../rules/accept.ts'
import type { AcceptOutcome, AcceptUnit, Decisions, WorkBatch } from '../work.ts'
import type { Connection } from './connection.ts'
import { createDeliveryWriter } from './delivery-rows.ts'
import { storeError } from './errors.ts'
import { createEventWriter } from './event-rows.ts'
import type { Idempotency } from './idempotency.ts'
import { createRunWriter } from './run-rows.ts'
import type { WebhookCache } from './webhook-cache.ts'

type AcceptDecisions = Pick<Decisions, 'match' | 'admit'>
type AcceptBatch = Pick<WorkBatch, 'accepts' | 'now'>

/**
 * Two ways to accept the units of a batch. A savepoint keeps a copy of every page that its unit touches, which costs
 * more than the unit, and units that cannot be written are rare: so the batch is first tried without.
 */
export interface AcceptUnits {
  /** Throws UnitFault when a unit could not be written: undo the transaction and accept the batch `oneByOne`. */
  together(batch: AcceptBatch, decisions: AcceptDecisions): AcceptOutcome[]
  /** Each unit in its own savepoint, so that one that cannot be written is refused by itself. */
  oneByOne(batch: AcceptBatch, decisions: AcceptDecisions): AcceptOutcome[]
}

export class UnitFault extends Error {}

export function createAcceptUnits(
  connection: Connection,
  webhooks: WebhookCache,
  idempotency: Idempotency,
  makeDeliveryId: () => string,
): AcceptUnits {
  const openPort = createAcceptPort(connection, webhooks, idempotency, makeDeliveryId)

  function acceptEach(
    { accepts, now }: AcceptBatch,
    decisions: AcceptDecisions,
    plan: (port: AcceptPort, unit: AcceptUnit) => ReturnType<typeof planOrRefuse>,
  ): AcceptOutcome[] {
    const port = openPort()
    return accepts.map((unit) => {
      const planned = plan(port, unit)
      return planned.outcome === 'planned' ? bearDeliveries(port, planned, decisions, now) : planned
    })
  }

  return {
    together: (batch, decisions) =>
      acceptEach(batch, decisions, (port, unit) => {
        try {
          return planUnit(port, unit, decisions)
        } catch (error) {
          const cause = storeError(error)
          throw isUnitFault(cause) ? new UnitFault('A unit of the batch cannot be written', { cause }) : cause
        }
      }),
    oneByOne: (batch, decisions) =>
      acceptEach(batch, decisions, (port, unit) =>
        planOrRefuse(() => connection.savepoint(() => planUnit(port, unit, decisions))),
      ),
  }
}

/** The function it returns opens the port of one batch: what that remembers holds for one transaction only. */
function createAcceptPort(
  connection: Connection,
  webhooks: WebhookCache,
  idempotency: Idempotency,
  makeDeliveryId: () => string,
): () => AcceptPort {
  const saveRun = createRunWriter(connection)
  const insertEvent = createEventWriter(connection)
  const deliveries = createDeliveryWriter(connection)

  return () => {
    const eventSeqs = new Map<string, number>()
    const candidates = new Map<string, Webhook[]>()
    return {
      earlierClaim: (claim) => idempotency.earlierClaim(claim),
      saveClaim: (claim) => idempotency.saveClaim(claim),
      saveRun,
      addEvent: (event, deliveryCount) => void eventSeqs.set(event.id, insertEvent(event, deliveryCount)),
      candidates({ organizationId, type }) {
        const key = `${organizationId} ${type}`
        const found = candidates.get(key) ?? webhooks.candidates(organizationId, type)
        candidates.set(key, found)
        return found
      },
      webhook: (id) => webhooks.byId(id)?.webhook ?? null,
      addDelivery(delivery) {
        const eventSeq = eventSeqs.get(delivery.eventId)
        const webhookSeq = webhooks.byId(delivery.webhookId)?.seq
        if (eventSeq === undefined || webhookSeq === undefined) {
          throw new Error(`delivery ${delivery.id} is of an event or a webhook that is not there`)
        }
        deliveries.insert(delivery, eventSeq, webhookSeq)
      },
      makeDeliveryId,
    }
  }
}
