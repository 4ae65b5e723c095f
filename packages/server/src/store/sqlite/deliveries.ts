import { cutPage } from '../rules/pages.ts'
import type { DeliveryFilter, DeliveryRow, DeliveryStore } from '../store.ts'
import { attemptFrom } from './attempt-rows.ts'
import type { AttemptRow } from './attempt-rows.ts'
import type { Connection } from './connection.ts'
import { DELIVERY_COLUMNS, DELIVERY_TABLES, deliveryFrom } from './delivery-rows.ts'
import type { DeliveryRecord } from './delivery-rows.ts'
import { bufferOf, findableId, idText } from './ids.ts'
import { pageStart } from './pages.ts'
import { STATES, numberOf } from './words.ts'

interface ListedRecord extends DeliveryRecord {
  event_type: string
  last_status_code: number | null
  last_error: string | null
}

const LISTED_COLUMNS = `${DELIVERY_COLUMNS},
  e.type AS event_type, a.status_code AS last_status_code, a.error_message AS last_error`
const LISTED_TABLES = `${DELIVERY_TABLES}
  LEFT JOIN attempts a ON a.delivery_seq = d.seq AND a.number = d.attempt_count`

export function createDeliveryStore(connection: Connection): DeliveryStore {
  const select = connection.prepare<ListedRecord>(
    `SELECT ${LISTED_COLUMNS} FROM ${LISTED_TABLES} WHERE d.organization_id = ? AND d.id = ?`,
  )
  const selectBySeq = connection.prepare<ListedRecord>(
    `SELECT ${LISTED_COLUMNS} FROM ${LISTED_TABLES} WHERE d.seq = ?`,
  )
  const selectAttempts = connection.prepare<AttemptRow & { event_id: Uint8Array }>(`
    SELECT a.*, e.id AS event_id
    FROM deliveries d CROSS JOIN attempts a ON a.delivery_seq = d.seq CROSS JOIN events e ON e.seq = d.event_seq
    WHERE d.organization_id = ? AND d.id = ? ORDER BY a.number`)
  const findPage = createPageFinder(connection)

  return {
    get: async (organizationId, id) =>
      connection.read(() => {
        const bytes = findableId('dlv', id)
        const row = bytes === null ? undefined : select.get(organizationId, bytes)
        return row === undefined ? null : rowFrom(row)
      }),
    attempts: async (organizationId, deliveryId) =>
      connection.read(() => {
        const bytes = findableId('dlv', deliveryId)
        const rows = bytes === null ? [] : selectAttempts.all(organizationId, bytes)
        return rows.map((row) => attemptFrom(deliveryId, idText('evt', row.event_id), row))
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
  return {
    ...deliveryFrom(row),
    eventType: row.event_type,
    lastStatusCode: row.last_status_code,
    lastError: row.last_error,
  }
}
