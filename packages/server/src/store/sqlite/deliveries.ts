import { LIMITS } from '../../core/limits.ts'
import { judgeClaim } from '../rules/claims.ts'
import { cutPage, takeUpTo } from '../rules/pages.ts'
import { sendAgain } from '../rules/resend.ts'
import type { DeliveryFilter, DeliveryRow, DeliveryStore, ResendOutcome } from '../store.ts'
import { attemptFrom } from './attempt-rows.ts'
import type { AttemptRow } from './attempt-rows.ts'
import type { Connection } from './connection.ts'
import { DELIVERY_COLUMNS, DELIVERY_TABLES, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { bufferOf, findableId, idText } from './ids.ts'
import { pageStart } from './pages.ts'
import type { Idempotency } from './idempotency.ts'
import { createReplay } from './replay.ts'
import { createResendPort } from './resends.ts'
import { createFindSendable } from './sendable.ts'
import type { WebhookCache } from './webhook-cache.ts'
import type { WebhookMoves } from './webhook-moves.ts'
import { STATES, numberOf } from './words.ts'

interface ListedRecord extends DeliveryRecord {
  event_type: string
  paused_until: number | null
  /** The first of its order that has not ended: itself, or what it waits for; null when it is in no order. */
  first_id: Uint8Array | null
  last_status_code: number | null
  last_error: string | null
}

const LISTED_COLUMNS = `${DELIVERY_COLUMNS},
  e.type AS event_type, w.paused_until, a.status_code AS last_status_code, a.error_message AS last_error,
  CASE WHEN d.order_key IS NOT NULL AND d.ended_at IS NULL THEN (
    SELECT f.id FROM deliveries f INDEXED BY deliveries_order
    WHERE f.webhook_seq = d.webhook_seq AND f.order_key = d.order_key AND f.ended_at IS NULL ORDER BY f.seq LIMIT 1
  ) END AS first_id`
const LISTED_TABLES = `${DELIVERY_TABLES}
  LEFT JOIN attempts a ON a.delivery_seq = d.seq AND a.number = d.attempt_count`

export function createDeliveryStore(
  connection: Connection,
  webhooks: WebhookCache,
  moves: WebhookMoves,
  idempotency: Idempotency,
  makeDeliveryId: () => string,
): DeliveryStore {
  const select = connection.prepare<ListedRecord>(
    `SELECT ${LISTED_COLUMNS} FROM ${LISTED_TABLES} WHERE d.organization_id = ? AND d.id = ?`,
  )
  const selectBySeq = connection.prepare<ListedRecord>(
    `SELECT ${LISTED_COLUMNS} FROM ${LISTED_TABLES} WHERE d.seq = ?`,
  )
  const selectAttempts = connection.prepare<AttemptRow & { event_id: Uint8Array }>(`
    SELECT a.*, e.id AS event_id
    FROM deliveries d CROSS JOIN attempts a ON a.delivery_seq = d.seq CROSS JOIN events e ON e.seq = d.event_seq
    WHERE d.organization_id = ? AND d.id = ? ORDER BY a.number DESC LIMIT ${LIMITS.attemptsShownMax}`)
  const selectCount = connection.prepare<{ deliveries_left: number }>(
    'SELECT deliveries_left FROM events WHERE organization_id = ? AND id = ?',
  )
  const findPage = createPageFinder(connection)
  const findSendable = createFindSendable(webhooks, moves)
  const resending = createResendPort(connection, webhooks, makeDeliveryId)

  function find(organizationId: number, id: string): DeliveryRow | null {
    const bytes = findableId('dlv', id)
    const row = bytes === null ? undefined : select.get(organizationId, bytes)
    return row === undefined ? null : rowFrom(row)
  }

  return {
    ...createReplay(connection, webhooks, findSendable, resending),
    resend: (organizationId, id, claim, now) =>
      connection.commit<ResendOutcome | null>(() => {
        const verdict = claim === null ? null : judgeClaim(claim, idempotency.earlierClaim(claim))
        if (verdict !== null && verdict.outcome !== 'free') return verdict
        const before = find(organizationId, id)
        if (before === null) return null
        const again = sendAgain(resending, before, findSendable(before.webhookId) !== null, now)
        if (typeof again === 'string') return { outcome: 'refused', reason: again }
        if (claim !== null) idempotency.saveClaim({ ...claim, resourceId: again.id })
        const delivery = find(organizationId, again.id)
        return delivery === null ? null : { outcome: 'queued', delivery: { ...delivery, pausedUntil: null } }
      }),
    countByEvent: async (organizationId, eventIds) =>
      connection.read(() =>
        eventIds.map((id) => {
          const bytes = findableId('evt', id)
          return bytes === null ? 0 : (selectCount.get(organizationId, bytes)?.deliveries_left ?? 0)
        }),
      ),
    get: async (organizationId, id) => connection.read(() => find(organizationId, id)),
    attempts: async (organizationId, deliveryId) =>
      connection.read(() => {
        const bytes = findableId('dlv', deliveryId)
        const rows = bytes === null ? [] : selectAttempts.iterate(organizationId, bytes)
        const shown = takeUpTo(rows, LIMITS.stepBytesMax, bytesOfAttempt)
        return shown.reverse().map((row) => attemptFrom(deliveryId, idText('evt', row.event_id), row))
      }),
    list: async (organizationId, filter, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('dlv', id))
        const found = start === null ? [] : findPage(organizationId, filter, start, limit + 1)
        const rows = found.flatMap(({ seq }) => selectBySeq.all(seq))
        return cutPage(rows.map(rowFrom), limit, (row) => row.id)
      }),
  }
}

function bytesOfAttempt(row: AttemptRow): number {
  const { request_headers: request, request_body: sent, response_headers: headers, response_body: body } = row
  return request.length + (sent?.length ?? 0) + (headers?.length ?? 0) + (body?.length ?? 0)
}

interface Found {
  seq: number
  id: Uint8Array
}

/** The newest deliveries before `start` that pass `filter`: read from an index alone, whatever the filter. */
function createPageFinder(connection: Connection) {
  const ofOrganization = connection.prepare<Found>(`
    SELECT seq, id FROM deliveries WHERE organization_id = ? AND state = ? AND id < ? ORDER BY id DESC LIMIT ?`)
  const ofWebhook = connection.prepare<Found>(`
    SELECT seq, id FROM deliveries
    WHERE webhook_seq = (SELECT seq FROM webhooks WHERE organization_id = ? AND id = ?)
      AND state = ? AND id < ? ORDER BY id DESC LIMIT ?`)
  // An event has at most as many deliveries as its organization has webhooks: those are read and sorted.
  const ofEvent = connection.prepare<Found>(`
    SELECT d.seq, d.id FROM deliveries d CROSS JOIN webhooks w ON w.seq = d.webhook_seq
    WHERE d.event_seq = (SELECT seq FROM events WHERE organization_id = ? AND id = ?)
      AND d.state = ? AND d.id < ? AND (w.id = ? OR ? IS NULL) ORDER BY d.id DESC LIMIT ?`)

  return (organizationId: number, filter: DeliveryFilter, start: Buffer, limit: number): Found[] => {
    const webhookId = filter.webhookId === undefined ? undefined : findableId('webhook', filter.webhookId)
    const eventId = filter.eventId === undefined ? undefined : findableId('evt', filter.eventId)
    if (webhookId === null || eventId === null) return []
    const states = filter.state === undefined ? STATES : [filter.state]
    const found = states.flatMap((state) => {
      const number = numberOf(STATES, state)
      if (eventId !== undefined) {
        const webhook = webhookId ?? null
        return ofEvent.all(organizationId, eventId, number, start, webhook, webhook, limit)
      }
      if (webhookId !== undefined) return ofWebhook.all(organizationId, webhookId, number, start, limit)
      return ofOrganization.all(organizationId, number, start, limit)
    })
    if (states.length > 1) found.sort((left, right) => Buffer.compare(bufferOf(right.id), bufferOf(left.id)))
    return found.slice(0, limit)
  }
}

function rowFrom(row: ListedRecord): DeliveryRow {
  const delivery = deliveryFrom(row)
  const firstId = row.first_id === null ? null : idText('dlv', row.first_id)
  return {
    ...delivery,
    eventType: row.event_type,
    pausedUntil: row.paused_until,
    blockedBy: firstId === delivery.id ? null : firstId,
    lastStatusCode: row.last_status_code,
    lastError: row.last_error,
  }
}
