import { z } from 'zod'
import type { EventTypeSummary } from '../../catalogue/event-type-summaries.ts'
import type { CustomEventType } from '../../core/event-type.ts'
import { isoTime } from '../../core/time.ts'

export const eventTypeSchema = z
  .object({
    type: z.string(),
    description: z.string(),
    dialect: z
      .enum(['validibot', 'validgraph', 'standard', 'both'])
      .describe(
        "The dialect whose body and signature header it uses. Every request also has Standard Webhooks' headers.",
      ),
    built_in: z
      .boolean()
      .describe('True when only the server makes this type; false for the types that you declared.'),
    schema: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'For a built-in type: JSON Schema (2020-12) of the whole body. For your own type: the schema that its `data` must satisfy, or null.',
      ),
    example: z.record(z.string(), z.unknown()).nullable().describe('Example of a whole body.'),
    created_at: z.string().nullable().describe('Null for built-in types.'),
    updated_at: z.string().nullable(),
  })
  .meta({ id: 'EventType' })

type EventTypeView = z.output<typeof eventTypeSchema>

export function builtInTypeView(summary: EventTypeSummary): EventTypeView {
  return { ...summary, built_in: true, created_at: null, updated_at: null }
}

export function customTypeView(custom: CustomEventType): EventTypeView {
  return {
    type: custom.type,
    description: custom.description,
    dialect: 'standard',
    built_in: false,
    schema: custom.schema,
    example: null,
    created_at: isoTime(custom.createdAt),
    updated_at: isoTime(custom.updatedAt),
  }
}
