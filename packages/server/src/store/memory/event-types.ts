import { fieldProblem } from '../../core/errors.ts'
import type { CustomEventType } from '../../core/event-type.ts'
import { eventTypeInUse } from '../rules/in-use.ts'
import { takePage } from '../rules/pages.ts'
import type { EventTypeStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { eventTypeKey } from './tables.ts'
import type { Tables } from './tables.ts'

export function createEventTypeStore(tables: Tables): EventTypeStore {
  return {
    create: async (row, claim) =>
      createOnce(tables, claim, () => {
        const { type } = row
        if (tables.eventTypes.get(eventTypeKey(row)) !== null) {
          throw fieldProblem('already_exists', 'type', `the event type "${type}" is declared already`)
        }
        tables.eventTypes.add(row)
        return { row, resourceId: type }
      }),
    get: async (organizationId, type) =>
      tables.read(() => tables.eventTypes.get(eventTypeKey({ organizationId, type }))),
    list: async (organizationId, { before, limit }) =>
      tables.read(() => {
        const rows = tables.eventTypes
          .where('organization', organizationId)
          .filter((row) => before === null || row.type > before)
          .sort((left, right) => (left.type < right.type ? -1 : 1))
        return takePage(rows, limit, bytesOfSchema, ({ type }) => type)
      }),
    update: async (type) =>
      tables.transact(() => {
        const before = tables.eventTypes.get(eventTypeKey(type))
        if (before === null) return null
        const { description, schema, updatedAt } = type
        const after = { ...before, description, schema, updatedAt }
        tables.eventTypes.put(after)
        return after
      }),
    remove: async (organizationId, type) =>
      tables.transact(() => {
        const key = eventTypeKey({ organizationId, type })
        if (tables.eventTypes.get(key) === null) return false
        const listeners = tables.webhooks
          .where('organization', organizationId)
          .filter((webhook) => webhook.deletedAt === null && webhook.events.includes(type))
        if (listeners.length > 0) throw eventTypeInUse(listeners.map(({ id }) => id))
        tables.eventTypes.remove(key)
        return true
      }),
    count: async (organizationId) =>
      tables.read(() => tables.eventTypes.where('organization', organizationId).length),
  }
}

function bytesOfSchema({ schema }: CustomEventType): number {
  return schema === null ? 0 : JSON.stringify(schema).length
}
