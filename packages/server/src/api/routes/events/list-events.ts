import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { eventSchema, eventView } from '../../views/event.ts'

export function listEvents({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listEvents',
    method: 'GET',
    path: '/api/v1/events',
    tag: 'events',
    summary: 'List events',
    description: 'Without the bodies. `GET /api/v1/events/{id}` has the body.',
    access: ['read'],
    query: z.strictObject({ type: z.string().optional(), ...PAGE_QUERY }),
    answers: { 200: listSchema(eventSchema) },
    async handle({ caller: { organization }, query }) {
      const filter = query.type === undefined ? {} : { type: query.type }
      const page = await store.events.list(organization.id, filter, pageRequest('events', query))
      return { status: 200, body: listBody('events', page, eventView) }
    },
  })
}
