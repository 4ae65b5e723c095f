import { fieldProblem } from '../../core/errors.ts'
import type { CustomEventType } from '../../core/event-type.ts'
import { eventTypeInUse, USERS_READ_MAX } from '../rules/in-use.ts'
import { mapPage, takePage } from '../rules/pages.ts'
import type { EventTypeStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { eventTypeFrom, schemaText } from './event-type-rows.ts'
import type { EventTypeRow } from './event-type-rows.ts'
import { idText } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import type { Remembered } from './remembered.ts'

export function createEventTypeStore(
  connection: Connection,
  idempotency: Idempotency,
  remembered: Remembered,
): EventTypeStore {
  const select = connection.prepare<EventTypeRow>(
    'SELECT * FROM event_types WHERE organization_id = ? AND type = ?',
  )
  const selectPage = connection.prepare<EventTypeRow>(
    'SELECT * FROM event_types WHERE organization_id = ? AND type > ? ORDER BY type LIMIT ?',
  )
  const insert = connection.prepare(`
    INSERT INTO event_types (organization_id, type, description, schema, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?)`)
  const update = connection.prepare<EventTypeRow>(`
    UPDATE event_types SET description = ?, schema = ?, updated_at = ? WHERE organization_id = ? AND type = ?
    RETURNING *`)
  const selectListeners = connection.prepare<{ id: Uint8Array }>(`
    SELECT w.id FROM webhook_events e CROSS JOIN webhooks w ON w.seq = e.webhook_seq
    WHERE e.organization_id = ? AND e.event_type = ? LIMIT ${USERS_READ_MAX}`)
  const remove = connection.prepare('DELETE FROM event_types WHERE organization_id = ? AND type = ?')
  const count = connection.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM event_types WHERE organization_id = ?',
  )

  function find(organizationId: number, type: string): CustomEventType | null {
    const row = select.get(organizationId, type)
    return row === undefined ? null : eventTypeFrom(row)
  }

  return {
    create: async (row, claim) =>
      idempotency.createOnce(claim, () => {
        const { organizationId, type, description, createdAt, updatedAt } = row
        if (find(organizationId, type) !== null) {
          throw fieldProblem('already_exists', 'type', `the event type "${type}" is declared already`)
        }
        insert.run(organizationId, type, description, schemaText(row), createdAt, updatedAt)
        return { row, resourceId: type }
      }),
    get: async (organizationId, type) =>
      connection.read(() =>
        remembered.find(
          `event type ${organizationId} ${type}`,
          () => find(organizationId, type),
          (found) => schemaText(found)?.length ?? 0,
        ),
      ),
    list: async (organizationId, { before, limit }) =>
      connection.read(() => {
        // No name sorts before the empty one.
        const rows = selectPage.iterate(organizationId, before ?? '', limit + 1)
        const bytesOf = ({ schema }: EventTypeRow): number => schema?.length ?? 0
        return mapPage(
          takePage(rows, limit, bytesOf, ({ type }) => type),
          eventTypeFrom,
        )
      }),
    update: async (type) =>
      connection.commit(() => {
        remembered.forget()
        const { description, updatedAt, organizationId } = type
        const row = update.get(description, schemaText(type), updatedAt, organizationId, type.type)
        return row === undefined ? null : eventTypeFrom(row)
      }),
    remove: async (organizationId, type) =>
      connection.commit(() => {
        remembered.forget()
        if (find(organizationId, type) === null) return false
        const listeners = selectListeners.all(organizationId, type)
        if (listeners.length > 0) throw eventTypeInUse(listeners.map(({ id }) => idText('webhook', id)))
        remove.run(organizationId, type)
        return true
      }),
    count: async (organizationId) => connection.read(() => count.get(organizationId)?.count ?? 0),
  }
}
