import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { projectSchema, projectView } from '../../views/project.ts'

export function listProjects({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listProjects',
    method: 'GET',
    path: '/api/v1/projects',
    tag: 'projects',
    summary: 'List projects',
    access: ['read'],
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(projectSchema) },
    async handle({ caller: { organization }, query }) {
      const page = await store.projects.list(organization.id, pageRequest('projects', query))
      return { status: 200, body: listBody('projects', page, projectView) }
    },
  })
}
