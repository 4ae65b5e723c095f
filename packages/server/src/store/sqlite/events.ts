import { cutPage } from '../rules/pages.ts'
import type { EventStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { EVENT_COLUMNS, eventFrom, listedEventFrom, LISTED_EVENT_COLUMNS } from './event-rows.ts'
import type { EventRow } from './event-rows.ts'
import { findableId, timeBytes } from './ids.ts'
import { pageStart } from './pages.ts'

/** An event's id may be made a little before the moment that its row bears. */
const ID_EARLIER_MS_MAX = 60_000

export function createEventStore(connection: Connection): EventStore {
  const select = connection.prepare<EventRow>(
    `SELECT ${EVENT_COLUMNS} FROM events e WHERE e.organization_id = ? AND e.id = ?`,
  )
  const selectPage = connection.prepare<Omit<EventRow, 'body'>>(`
    SELECT ${LISTED_EVENT_COLUMNS} FROM events e WHERE e.organization_id = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?`)
  const selectPageOfType = connection.prepare<Omit<EventRow, 'body'>>(`
    SELECT ${LISTED_EVENT_COLUMNS} FROM events e
    WHERE e.organization_id = ? AND e.type = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?`)

  const times = createEventTimes(connection)

  return {
    get: async (organizationId, id) =>
      connection.read(() => {
        const bytes = findableId('evt', id)
        const row = bytes === null ? undefined : select.get(organizationId, bytes)
        return row === undefined ? null : eventFrom(row)
      }),
    list: async (organizationId, { type }, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('evt', id))
        if (start === null) return { rows: [], next: null }
        const rows =
          type === undefined
            ? selectPage.all(organizationId, start, limit + 1)
            : selectPageOfType.all(organizationId, type, start, limit + 1)
        return cutPage(rows.map(listedEventFrom), limit, (event) => event.id)
      }),
    times: async (...asked) => connection.read(() => times(...asked)),
  }
}

/** See `EventStore.times`. */
export function createEventTimes(
  connection: Connection,
): (...asked: Parameters<EventStore['times']>) => number[] {
  const select = connection.prepare<{ created_at: number }>(`
    SELECT created_at FROM events INDEXED BY events_type
    WHERE organization_id = ? AND type = ? AND id > ? ORDER BY id DESC LIMIT ?`)

  return (organizationId, types, since, limit) => {
    const start = timeBytes(since - ID_EARLIER_MS_MAX)
    return types
      .flatMap((type) => select.all(organizationId, type, start, limit))
      .map((row) => row.created_at)
      .filter((time) => time > since)
      .sort((left, right) => left - right)
      .slice(-limit)
  }
}
