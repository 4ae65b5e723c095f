import type { CustomEventType } from '../../core/event-type.ts'
import { parseKeepingNumbers } from '../../core/json-numbers.ts'

export interface EventTypeRow {
  organization_id: number
  type: string
  description: string
  schema: string | null
  created_at: number
  updated_at: number
}

export function eventTypeFrom(row: EventTypeRow): CustomEventType {
  return {
    organizationId: row.organization_id,
    type: row.type,
    description: row.description,
    schema: row.schema === null ? null : (parseKeepingNumbers(row.schema) as CustomEventType['schema']),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function schemaText({ schema }: Pick<CustomEventType, 'schema'>): string | null {
  return schema === null ? null : JSON.stringify(schema)
}
