import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { workflowSchema, workflowView } from '../../views/workflow.ts'

export function listWorkflows({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listWorkflows',
    method: 'GET',
    path: '/api/v1/workflows',
    tag: 'workflows',
    summary: 'List workflows',
    access: ['read'],
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(workflowSchema) },
    async handle({ caller: { organization }, query }) {
      const page = await store.workflows.list(organization.id, pageRequest('workflows', query))
      return { status: 200, body: listBody('workflows', page, workflowView) }
    },
  })
}
