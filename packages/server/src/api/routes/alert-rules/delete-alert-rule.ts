import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { alertRuleParams } from './fields.ts'

export function deleteAlertRule({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'deleteAlertRule',
    method: 'DELETE',
    path: '/api/v1/alert-rules/:id',
    tag: 'alerts',
    summary: 'Delete an alert rule',
    description: 'The alerts that it raised are kept.',
    access: ['write'],
    feature: 'alert_rules',
    params: alertRuleParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    async handle({ caller: { organization }, params }) {
      if (!(await store.alertRules.remove(organization.id, params.id))) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
