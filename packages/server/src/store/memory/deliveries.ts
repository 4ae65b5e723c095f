import type { Attempt } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import { LIMITS } from '../../core/limits.ts'
import { judgeClaim } from '../rules/claims.ts'
import { takeUpTo } from '../rules/pages.ts'
import { sendAgain } from '../rules/resend.ts'
import type { DeliveryFilter, DeliveryRow, DeliveryStore, ResendOutcome } from '../store.ts'
import { newestFirst } from './pages.ts'
import { leftOf } from './fanouts.ts'
import { createReplay } from './replay.ts'
import { createResendPort } from './resends.ts'
import { findSendable } from './sendable.ts'
import { claimKey, lineKey } from './tables.ts'
import type { Tables } from './tables.ts'

export function createDeliveryStore(tables: Tables, makeDeliveryId: () => string): DeliveryStore {
  const resending = createResendPort(tables, makeDeliveryId)

  function find(organizationId: number, id: string): Delivery | null {
    const delivery = tables.deliveries.get(id)
    return delivery?.organizationId === organizationId ? delivery : null
  }

  function attemptsOf(deliveryId: string): Attempt[] {
    return tables.attempts.where('delivery', deliveryId).sort((left, right) => left.number - right.number)
  }

  function lastAttempts(deliveryId: string): Attempt[] {
    const newest = attemptsOf(deliveryId).reverse().slice(0, LIMITS.attemptsShownMax)
    return takeUpTo(newest, LIMITS.stepBytesMax, ({ responseBody }) => responseBody?.length ?? 0).reverse()
  }

  /** `firsts`: of each line, once known. A page may show thousands of one line, and each look at a line walks it. */
  function rowOf(delivery: Delivery, firsts = new Map<string, string>()): DeliveryRow {
    const last = attemptsOf(delivery.id).at(-1)
    return {
      ...delivery,
      eventType: tables.events.get(delivery.eventId)?.type ?? '',
      pausedUntil: tables.webhooks.get(delivery.webhookId)?.pausedUntil ?? null,
      blockedBy: blockedBy(delivery, firsts),
      lastStatusCode: last?.statusCode ?? null,
      lastError: last?.error?.message ?? null,
    }
  }

  /** Ids are in the order of acceptance, and so is a line. */
  function blockedBy(
    { id, webhookId, orderKey, endedAt }: Delivery,
    firsts: Map<string, string>,
  ): string | null {
    if (orderKey === null || endedAt !== null) return null
    const line = lineKey(webhookId, orderKey)
    const first = firsts.get(line) ?? firstOf(line) ?? id
    firsts.set(line, first)
    return first === id ? null : first
  }

  function firstOf(line: string): string | undefined {
    const ids = tables.deliveries.where('line', line).map((delivery) => delivery.id)
    return ids.sort()[0]
  }

  return {
    ...createReplay(tables, resending),
    resend: async (organizationId, id, claim, now) =>
      tables.transact<ResendOutcome | null>(() => {
        const verdict = claim === null ? null : judgeClaim(claim, tables.claims.get(claimKey(claim)))
        if (verdict !== null && verdict.outcome !== 'free') return verdict
        const before = find(organizationId, id)
        if (before === null) return null
        const again = sendAgain(resending, before, findSendable(tables, before.webhookId) !== null, now)
        if (typeof again === 'string') return { outcome: 'refused', reason: again }
        if (claim !== null) tables.claims.put({ ...claim, resourceId: again.id })
        return { outcome: 'queued', delivery: { ...rowOf(again), pausedUntil: null } }
      }),
    countByEvent: async (organizationId, eventIds) =>
      tables.read(() =>
        eventIds.map((id) => {
          const deliveries = tables.deliveries.where('event', id)
          const made = deliveries.filter((delivery) => delivery.organizationId === organizationId).length
          const [fanout] = tables.fanouts.where('event', id)
          return fanout?.event.organizationId === organizationId ? made + leftOf(fanout) : made
        }),
      ),
    get: async (organizationId, id) =>
      tables.read(() => {
        const delivery = find(organizationId, id)
        return delivery === null ? null : rowOf(delivery)
      }),
    attempts: async (organizationId, deliveryId) =>
      tables.read(() => (find(organizationId, deliveryId) === null ? [] : lastAttempts(deliveryId))),
    list: async (organizationId, filter, page) =>
      tables.read(() => {
        const rows = tables.deliveries.where('organization', organizationId)
        const found = newestFirst(
          rows.filter((delivery) => passes(filter, delivery)),
          page,
        )
        const firsts = new Map<string, string>()
        return { rows: found.rows.map((row) => rowOf(row, firsts)), next: found.next }
      }),
  }
}

function passes(filter: DeliveryFilter, delivery: Delivery): boolean {
  return (
    (filter.webhookId === undefined || delivery.webhookId === filter.webhookId) &&
    (filter.eventId === undefined || delivery.eventId === filter.eventId) &&
    (filter.state === undefined || delivery.state === filter.state)
  )
}
