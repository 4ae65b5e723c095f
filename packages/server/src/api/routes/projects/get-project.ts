import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { projectSchema, projectView } from '../../views/project.ts'
import { idParams } from '../fields.ts'

export function getProject({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getProject',
    method: 'GET',
    path: '/api/v1/projects/:id',
    tag: 'projects',
    summary: 'Read a project',
    access: ['read'],
    params: idParams,
    answers: { 200: projectSchema },
    async handle({ caller: { organization }, params }) {
      const project = await store.projects.get(organization.id, params.id)
      if (project === null) throw notFound()
      return { status: 200, body: projectView(project) }
    },
  })
}
