import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { customTypeView, eventTypeSchema } from '../../views/event-type.ts'
import { checkOwnName, EVENT_TYPE_FIELDS, typeParams } from './fields.ts'

const body = z
  .strictObject(EVENT_TYPE_FIELDS)
  .partial()
  .meta({ id: 'EventTypeChanges', examples: [{ description: 'An order was paid in full.' }] })

export function updateEventType({
  store,
  services,
  clock,
}: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'updateEventType',
    method: 'PATCH',
    path: '/api/v1/event-types/:type',
    tag: 'event types',
    summary: 'Change an event type of your own',
    description:
      'Fields that you leave out stay as they are. Events that were accepted before are not checked again.',
    access: ['write'],
    params: typeParams,
    body,
    answers: { 200: eventTypeSchema },
    problems: ['built_in_event_type', 'schema_not_compiled'],
    async handle({ caller: { organization }, params, body: changes }) {
      checkOwnName(params.type)
      // First of all, so that what an unknown name answers does not depend on the body.
      if ((await store.eventTypes.get(organization.id, params.type)) === null) throw notFound()
      if (changes.schema) await services.events.checkSchema(organization.id, changes.schema)
      // Read again: a schema may take long to check, and meanwhile another request may have changed the rest.
      const current = await store.eventTypes.get(organization.id, params.type)
      if (current === null) throw notFound()
      const { description = current.description, schema = current.schema } = changes
      const updated = await store.eventTypes.update({
        ...current,
        description,
        schema,
        updatedAt: clock.now(),
      })
      if (updated === null) throw notFound()
      return { status: 200, body: customTypeView(updated) }
    },
  })
}
