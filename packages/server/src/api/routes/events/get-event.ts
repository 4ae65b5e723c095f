import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { eventWithBodySchema, eventWithBodyView } from '../../views/event.ts'
import { idParams } from '../fields.ts'

export function getEvent({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getEvent',
    method: 'GET',
    path: '/api/v1/events/:id',
    tag: 'events',
    summary: 'Read an event with its body',
    access: ['read'],
    params: idParams,
    answers: { 200: eventWithBodySchema },
    async handle({ caller: { organization }, params }) {
      const event = await store.events.get(organization.id, params.id)
      if (event === null) throw notFound()
      return { status: 200, body: eventWithBodyView(event) }
    },
  })
}
