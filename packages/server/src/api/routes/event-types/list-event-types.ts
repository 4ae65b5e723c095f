import { z } from 'zod'
import { eventTypeSummaries } from '../../../catalogue/event-type-summaries.ts'
import { operation } from '../../operation.ts'

const eventTypeSchema = z
  .object({
    type: z.string(),
    description: z.string(),
    dialect: z
      .enum(['validibot', 'validgraph', 'standard', 'both'])
      .describe("Whose body and signature header it bears; every request has Standard Webhooks' too."),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of the body.'),
    example: z.record(z.string(), z.unknown()).describe('A whole body.'),
  })
  .meta({ id: 'EventType' })

export function listEventTypes() {
  return operation({
    id: 'listEventTypes',
    method: 'GET',
    path: '/api/v1/event-types',
    tag: 'event types',
    summary: 'List event types',
    description: 'The whole catalogue in one page.',
    access: ['read'],
    answers: {
      200: z.object({ data: z.array(eventTypeSchema), next_cursor: z.null() }).describe('The catalogue.'),
    },
    async handle() {
      return { status: 200, body: { data: [...eventTypeSummaries()], next_cursor: null } }
    },
  })
}
