import type { Event } from '../../core/event.ts'
import type { ListedEvent } from '../store.ts'
import type { Connection } from './connection.ts'
import { bufferOf, idBytes, idText, uuidBytes, uuidText } from './ids.ts'

export interface EventRow {
  event_id: Uint8Array
  event_organization_id: number
  type: string
  timestamp: number
  event_created_at: number
  project_id: Uint8Array | null
  workflow_id: number | null
  run_id: Uint8Array | null
  key: string | null
  body: Uint8Array
}

/** Selected from `events e`; the names leave room for a delivery's columns beside them. */
export const LISTED_EVENT_COLUMNS = `
  e.id AS event_id, e.organization_id AS event_organization_id, e.type, e.timestamp, e.created_at AS event_created_at,
  e.project_id, e.workflow_id, e.run_id, e.key`
export const EVENT_COLUMNS = `${LISTED_EVENT_COLUMNS}, e.body`

export function eventFrom(row: EventRow): Event {
  return { ...listedEventFrom(row), body: bufferOf(row.body) }
}

export function listedEventFrom(row: Omit<EventRow, 'body'>): ListedEvent {
  return {
    id: idText('evt', row.event_id),
    organizationId: row.event_organization_id,
    type: row.type,
    timestamp: row.timestamp,
    createdAt: row.event_created_at,
    projectId: row.project_id === null ? null : idText('proj', row.project_id),
    workflowId: row.workflow_id,
    runId: row.run_id === null ? null : uuidText(row.run_id),
    key: row.key,
  }
}

/** Inserts an event that is owed to `deliveryCount` webhooks; returns its `seq`. */
export function createEventWriter(connection: Connection): (event: Event, deliveryCount: number) => number {
  const insert = connection.prepare(`
    INSERT INTO events (id, organization_id, type, timestamp, created_at, project_id, workflow_id, run_id, key,
      deliveries_left, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return (event, deliveryCount) => {
    const { lastInsertRowid } = insert.run(
      idBytes('evt', event.id),
      event.organizationId,
      event.type,
      event.timestamp,
      event.createdAt,
      event.projectId === null ? null : idBytes('proj', event.projectId),
      event.workflowId,
      event.runId === null ? null : uuidBytes(event.runId),
      event.key,
      deliveryCount,
      event.body,
    )
    return Number(lastInsertRowid)
  }
}
