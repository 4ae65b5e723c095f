import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { projectSchema, projectView } from '../../views/project.ts'
import { idParams, nameField } from '../fields.ts'

export function renameProject({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'renameProject',
    method: 'PATCH',
    path: '/api/v1/projects/:id',
    tag: 'projects',
    summary: 'Rename a project',
    access: ['write'],
    params: idParams,
    body: z.strictObject({ name: nameField }).meta({ id: 'ProjectChanges', examples: [{ name: 'Shop' }] }),
    answers: { 200: projectSchema },
    async handle({ caller: { organization }, params, body }) {
      const project = await store.projects.rename(organization.id, params.id, body.name)
      if (project === null) throw notFound()
      return { status: 200, body: projectView(project) }
    },
  })
}
