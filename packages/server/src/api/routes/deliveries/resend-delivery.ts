import { Problem, type ProblemCode } from '../../../core/errors.ts'
import type { ResendRefusal } from '../../../core/delivery.ts'
import type { ApiContext } from '../../context.ts'
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

export function resendDelivery({ services }: Pick<ApiContext, 'services'>) {
  return operation({
    id: 'resendDelivery',
    method: 'POST',
    path: '/api/v1/deliveries/:id/resend',
    tag: 'deliveries',
    summary: 'Send a delivery again',
    description:
      'Sends it at once, with the same `webhook-id` and the same body. The attempts have the kind `manual`. A delivered one is ' +
      'sent once more and stays delivered. One that waits for its retry is sent now. One that was given up starts its retry ' +
      'schedule again.',
    access: ['write'],
    feature: 'webhooks',
    params: idParams,
    answers: { 202: deliverySchema.describe('Queued. Its attempts show the result.') },
    problems: ['webhook_stopped', 'delivery_in_flight', 'delivery_blocked'],
    async handle({ caller: { organization }, params }) {
      const outcome = await services.webhooks.resend(organization.id, params.id)
      if (outcome === null) throw notFound()
      if (outcome.outcome === 'refused') {
        const { code, detail } = REFUSALS[outcome.reason]
        throw new Problem(code, detail)
      }
      return { status: 202, body: deliveryView(outcome.delivery) }
    },
  })
}
