import { eventTypeSummaries } from '../../../catalogue/event-type-summaries.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { builtInTypeView, customTypeView, eventTypeSchema } from '../../views/event-type.ts'
import { typeParams } from './fields.ts'

export function getEventType({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getEventType',
    method: 'GET',
    path: '/api/v1/event-types/:type',
    tag: 'event types',
    summary: 'Read an event type',
    access: ['read'],
    params: typeParams,
    answers: { 200: eventTypeSchema },
    async handle({ caller: { organization }, params }) {
      const builtIn = eventTypeSummaries().find(({ type }) => type === params.type)
      if (builtIn !== undefined) return { status: 200, body: builtInTypeView(builtIn) }
      const custom = await store.eventTypes.get(organization.id, params.type)
      if (custom === null) throw notFound()
      return { status: 200, body: customTypeView(custom) }
    },
  })
}
