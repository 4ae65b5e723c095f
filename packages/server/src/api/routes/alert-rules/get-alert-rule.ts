import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { alertRuleSchema } from '../../views/alert.ts'
import { alertRuleParams } from './fields.ts'
import { showRule } from './show.ts'

export function getAlertRule({ store, services }: Pick<ApiContext, 'store' | 'services'>) {
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
      return { status: 200, body: await showRule({ services }, rule) }
    },
  })
}
