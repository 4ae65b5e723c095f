import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { workflowSchema, workflowView } from '../../views/workflow.ts'
import { findWorkflow, workflowParams } from './fields.ts'

export function getWorkflow({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getWorkflow',
    method: 'GET',
    path: '/api/v1/workflows/:id',
    tag: 'workflows',
    summary: 'Read a workflow',
    access: ['read'],
    params: workflowParams,
    answers: { 200: workflowSchema },
    async handle({ caller: { organization }, params }) {
      return { status: 200, body: workflowView(await findWorkflow(store, organization.id, params.id)) }
    },
  })
}
