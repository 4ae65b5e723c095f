import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { findWorkflow, workflowParams } from './fields.ts'

export function deleteWorkflow({ store, clock }: Pick<ApiContext, 'store' | 'clock'>) {
  return operation({
    id: 'deleteWorkflow',
    method: 'DELETE',
    path: '/api/v1/workflows/:id',
    tag: 'workflows',
    summary: 'Delete a workflow',
    description: 'Its runs are kept, and its slug can be used again. Refused while monitors use it.',
    access: ['write'],
    params: workflowParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    problems: ['in_use'],
    async handle({ caller: { organization }, params }) {
      const { id } = await findWorkflow(store, organization.id, params.id)
      if (!(await store.workflows.remove(organization.id, id, clock.now()))) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
