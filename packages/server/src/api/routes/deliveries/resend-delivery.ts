import { idempotencyConflict, Problem, type ProblemCode } from '../../../core/errors.ts'
import type { ResendRefusal } from '../../../core/delivery.ts'
import type { ApiContext } from '../../context.ts'
import { REPLAYED_HEADERS } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { deliverySchema, deliveryView } from '../../views/delivery.ts'
import { idParams } from '../fields.ts'

const REFUSALS: Readonly<Record<ResendRefusal, { code: ProblemCode; detail: string }>> = {
  webhook_stopped: { code: 'webhook_stopped', detail: 'Its webhook is stopped or deleted. Enable it first.' },
  test: { code: 'invalid_request', detail: 'A test is sent once. POST /webhooks/{id}/test sends another.' },
  in_flight: { code: 'delivery_in_flight', detail: 'An attempt is under way. Wait for its result.' },
  blocked: {
    code: 'delivery_blocked',
    detail: 'It waits for an earlier delivery in strict order; `blocked_by` names that one. Resend that one.',
  },
}

export function resendDelivery({ services, store }: Pick<ApiContext, 'services' | 'store'>) {
  return operation({
    id: 'resendDelivery',
    method: 'POST',
    path: '/api/v1/deliveries/:id/resend',
    tag: 'deliveries',
    summary: 'Send a delivery again',
    description:
      'Sends it at once, with the same `webhook-id` and the same body. A delivery that has ended never changes. So this makes ' +
      'another delivery, with a retry schedule of its own and attempts of kind `manual`. Its `resend_of` names the delivery ' +
      'that you asked for. While the new one is on its way, the same request answers it again. A delivery that waits for its ' +
      'retry is sent now.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    answers: {
      202: deliverySchema.describe('The delivery that is sent. Its attempts show the result.'),
    },
    problems: ['idempotency_conflict', 'webhook_stopped', 'delivery_in_flight', 'delivery_blocked'],
    async handle({ caller: { organization }, params, idempotency }) {
      const outcome = await services.webhooks.resend(organization.id, params.id, idempotency())
      if (outcome === null) throw notFound()
      switch (outcome.outcome) {
        case 'queued':
          return { status: 202, body: deliveryView(outcome.delivery) }
        case 'replayed': {
          const delivery = await store.deliveries.get(organization.id, outcome.resourceId)
          if (delivery === null) throw notFound()
          return { status: 202, body: deliveryView(delivery), headers: REPLAYED_HEADERS }
        }
        case 'conflict':
          throw idempotencyConflict()
        case 'refused': {
          const { code, detail } = REFUSALS[outcome.reason]
          throw new Problem(code, detail)
        }
      }
    },
  })
}
