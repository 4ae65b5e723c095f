import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { checkOwnName, typeParams } from './fields.ts'

export function deleteEventType({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'deleteEventType',
    method: 'DELETE',
    path: '/api/v1/event-types/:type',
    tag: 'event types',
    summary: 'Delete an event type of your own',
    description:
      'Refused while a webhook subscribes to it. Events of this type stay, and are still delivered.',
    access: ['write'],
    params: typeParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    problems: ['built_in_event_type', 'in_use'],
    async handle({ caller: { organization }, params }) {
      checkOwnName(params.type)
      if (!(await store.eventTypes.remove(organization.id, params.type))) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
