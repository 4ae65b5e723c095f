import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { customTypeView, eventTypeSchema } from '../../views/event-type.ts'
import { checkOwnName, EVENT_TYPE_FIELDS, typeField } from './fields.ts'

const body = z
  .strictObject({
    type: typeField,
    description: EVENT_TYPE_FIELDS.description.default(''),
    schema: EVENT_TYPE_FIELDS.schema.default(null),
  })
  .meta({
    id: 'NewEventType',
    examples: [
      {
        type: 'order.paid',
        description: 'An order was paid.',
        schema: { type: 'object', required: ['order_id'] },
      },
    ],
  })

export function createEventType({
  store,
  services,
  clock,
}: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'createEventType',
    method: 'POST',
    path: '/api/v1/event-types',
    tag: 'event types',
    summary: 'Declare an event type of your own',
    description: 'Webhooks can then subscribe to it, and `POST /api/v1/events` accepts it.',
    access: ['write'],
    body,
    answers: { 201: eventTypeSchema },
    problems: ['already_exists', 'built_in_event_type', 'schema_not_compiled', 'idempotency_conflict'],
    async handle({ caller: { organization }, body: wanted, idempotency }) {
      checkOwnName(wanted.type)
      if (wanted.schema !== null) await services.events.checkSchema(organization.id, wanted.schema)
      if ((await store.eventTypes.count(organization.id)) >= LIMITS.eventTypesMax) {
        throw fieldProblem(
          'invalid_request',
          'type',
          `An organization can declare ${LIMITS.eventTypesMax} types. Delete one that is not used.`,
        )
      }
      const now = clock.now()
      const type = { ...wanted, organizationId: organization.id, createdAt: now, updatedAt: now }
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createEventType',
        resourceId: type.type,
        createdAt: now,
      })
      const created = await store.eventTypes.create(type, claim)
      const { row, headers } = await rowOf(created, (name) => store.eventTypes.get(organization.id, name))
      return { status: 201, body: customTypeView(row), headers }
    },
  })
}
