import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { alertRuleSchema, alertRuleView } from '../../views/alert.ts'
import { alertRuleParams } from './fields.ts'

export function getAlertRule({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getAlertRule',
    method: 'GET',
    path: '/api/v1/alert-rules/:id',
    tag: 'alerts',
    summary: 'Read an alert rule',
    access: ['read'],
    feature: 'alert_rules',
    params: alertRuleParams,
    answers: { 200: alertRuleSchema },
    async handle({ caller: { organization }, params }) {
      const rule = await store.alertRules.get(organization.id, params.id)
      if (rule === null) throw notFound()
      return { status: 200, body: alertRuleView(rule) }
    },
  })
}
