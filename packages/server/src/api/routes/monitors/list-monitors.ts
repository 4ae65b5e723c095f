import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { monitorSchema, showMonitor } from '../../views/monitor.ts'
import { workflowIdOf } from '../runs/fields.ts'

const query = z.strictObject({
  project_id: z.string().optional().describe('`proj_…`'),
  workflow: z.string().optional().describe('Slug or integer id.'),
  ...PAGE_QUERY,
})

export function listMonitors({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listMonitors',
    method: 'GET',
    path: '/api/v1/monitors',
    tag: 'monitors',
    summary: 'List monitors',
    access: ['read'],
    query,
    answers: { 200: listSchema(monitorSchema) },
    async handle({ caller: { organization }, query }) {
      const filter = {
        ...(query.project_id !== undefined && { projectId: query.project_id }),
        ...(query.workflow !== undefined && {
          workflowId: await workflowIdOf(store, organization.id, query.workflow),
        }),
      }
      const page = await store.monitors.list(organization.id, filter, pageRequest('monitors', query))
      const rows = await Promise.all(page.rows.map((monitor) => showMonitor(store, monitor)))
      return { status: 200, body: listBody('monitors', { ...page, rows }, (row) => row) }
    },
  })
}
