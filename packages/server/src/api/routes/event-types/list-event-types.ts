import { z } from 'zod'
import { eventTypeSummaries } from '../../../catalogue/event-type-summaries.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageOf, pageRequest } from '../../pagination.ts'

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
    access: ['read'],
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(eventTypeSchema, 'In the order of the catalogue.') },
    async handle({ query }) {
      const page = pageOf(eventTypeSummaries(), ({ type }) => type, pageRequest('event types', query))
      return { status: 200, body: listBody('event types', page, (summary) => summary) }
    },
  })
}
