import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { alertSchema, alertView } from '../../views/alert.ts'

export function acknowledgeAlert({ store, clock }: Pick<ApiContext, 'store' | 'clock'>) {
  return operation({
    id: 'acknowledgeAlert',
    method: 'POST',
    path: '/api/v1/alerts/:id/acknowledge',
    tag: 'alerts',
    summary: 'Acknowledge an alert',
    description: 'Records who has seen the alert. The first acknowledgement stays.',
    access: ['write'],
    feature: 'alert_rules',
    params: z.strictObject({ id: z.string().describe('`alert_…`') }),
    answers: { 200: alertSchema },
    async handle({ caller: { organization, key }, params }) {
      const alert = await store.alerts.acknowledge(organization.id, params.id, key.name, clock.now())
      if (alert === null) throw notFound()
      return { status: 200, body: alertView(alert) }
    },
  })
}
