import type { EventStore } from '../store.ts'
import { mapPage } from '../rules/pages.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createEventStore(tables: Tables): EventStore {
  return {
    get: async (organizationId, id) =>
      tables.read(() => {
        const event = tables.events.get(id)
        return event?.organizationId === organizationId ? event : null
      }),
    list: async (organizationId, filter, page) =>
      tables.read(() => {
        const events = tables.events.where('organization', organizationId)
        const listed = newestFirst(
          events.filter((event) => filter.type === undefined || event.type === filter.type),
          page,
        )
        return mapPage(listed, ({ body: _, ...event }) => event)
      }),
    times: async (...asked) => tables.read(() => eventTimes(tables, ...asked)),
  }
}

/** See `EventStore.times`. */
export function eventTimes(
  tables: Tables,
  organizationId: number,
  types: readonly string[],
  since: number,
  limit: number,
): number[] {
  return tables.events
    .where('organization', organizationId)
    .filter(({ type, createdAt }) => types.includes(type) && createdAt > since)
    .map(({ createdAt }) => createdAt)
    .sort((left, right) => left - right)
    .slice(-limit)
}
