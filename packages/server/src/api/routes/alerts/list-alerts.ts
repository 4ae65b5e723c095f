import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { alertSchema, alertView } from '../../views/alert.ts'

const query = z.strictObject({
  rule: z.string().optional().describe('`rule_…`'),
  open: z.stringbool().default(false).describe('Only alerts that nobody has acknowledged.'),
  ...PAGE_QUERY,
})

export function listAlerts({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listAlerts',
    method: 'GET',
    path: '/api/v1/alerts',
    tag: 'alerts',
    summary: 'List alerts',
    access: ['read'],
    feature: 'alert_rules',
    query,
    answers: { 200: listSchema(alertSchema) },
    async handle({ caller: { organization }, query }) {
      const filter = { open: query.open, ...(query.rule !== undefined && { ruleId: query.rule }) }
      const page = await store.alerts.list(organization.id, filter, pageRequest('alerts', query))
      return { status: 200, body: listBody('alerts', page, alertView) }
    },
  })
}
