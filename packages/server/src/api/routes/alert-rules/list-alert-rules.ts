import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { alertRuleSchema } from '../../views/alert.ts'
import { showRule } from './show.ts'

export function listAlertRules({ store, services }: Pick<ApiContext, 'store' | 'services'>) {
  return operation({
    id: 'listAlertRules',
    method: 'GET',
    path: '/api/v1/alert-rules',
    tag: 'alerts',
    summary: 'List alert rules',
    access: ['read'],
    feature: 'alert_rules',
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(alertRuleSchema) },
    async handle({ caller: { organization }, query }) {
      const page = await store.alertRules.list(organization.id, pageRequest('alert rules', query))
      const rows = await Promise.all(page.rows.map((rule) => showRule({ services }, rule)))
      return { status: 200, body: listBody('alert rules', { rows, next: page.next }, (view) => view) }
    },
  })
}
