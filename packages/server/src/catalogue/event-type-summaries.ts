import { z } from 'zod'
import type { Dialect } from './dialect.ts'
import { EVENT_TYPES, type EventType } from './event-types.ts'

/** A line of the catalogue as the API shows it. */
export interface EventTypeSummary {
  type: string
  description: string
  dialect: Dialect
  /** JSON Schema (2020-12) of the whole body. */
  schema: Record<string, unknown>
  example: Record<string, unknown>
}

let summaries: readonly EventTypeSummary[] | undefined

/** The whole catalogue, in its order. Made once, when first asked for. */
export function eventTypeSummaries(): readonly EventTypeSummary[] {
  summaries ??= EVENT_TYPES.map(summaryOf)
  return summaries
}

function summaryOf({ type, description, dialect, bodySchema, example }: EventType): EventTypeSummary {
  // The input side of a schema leaves `additionalProperties` open, which is what a receiver must expect.
  const schema = z.toJSONSchema(bodySchema, { io: 'input', override: ({ jsonSchema }) => tidy(jsonSchema) })
  return { type, description, dialect, schema, example }
}

/** Drops what zod adds for machines and nobody reads: the safe-integer bound, and regexes that repeat a `format`. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.format !== undefined) delete schema.pattern
}
