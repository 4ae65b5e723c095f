import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { alertSchema, alertView } from '../../views/alert.ts'

export function getAlert({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getAlert',
    method: 'GET',
    path: '/api/v1/alerts/:id',
    tag: 'alerts',
    summary: 'Read an alert',
    access: ['read'],
    feature: 'alert_rules',
    params: z.strictObject({ id: z.string().describe('`alert_…`') }),
    answers: { 200: alertSchema },
    async handle({ caller: { organization }, params }) {
      const alert = await store.alerts.get(organization.id, params.id)
      if (alert === null) throw notFound()
      return { status: 200, body: alertView(alert) }
    },
  })
}
