import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { idParams } from '../fields.ts'

export function deleteProject({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'deleteProject',
    method: 'DELETE',
    path: '/api/v1/projects/:id',
    tag: 'projects',
    summary: 'Delete a project',
    description: 'Refused while workflows belong to it. The default project cannot be deleted.',
    access: ['write'],
    params: idParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    problems: ['in_use'],
    async handle({ caller: { organization }, params }) {
      if (!(await store.projects.remove(organization.id, params.id))) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
