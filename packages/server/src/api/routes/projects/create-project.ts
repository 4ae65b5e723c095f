import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { projectSchema, projectView } from '../../views/project.ts'
import { nameField } from '../fields.ts'

const body = z.strictObject({ name: nameField }).meta({ id: 'NewProject', examples: [{ name: 'Shop' }] })

export function createProject({ store, clock, ids }: Pick<ApiContext, 'store' | 'clock' | 'ids'>) {
  return operation({
    id: 'createProject',
    method: 'POST',
    path: '/api/v1/projects',
    tag: 'projects',
    summary: 'Create a project',
    access: ['write'],
    body,
    answers: { 201: projectSchema },
    problems: ['idempotency_conflict'],
    async handle({ caller: { organization }, body: { name }, idempotency }) {
      const project = {
        id: ids.make('proj'),
        organizationId: organization.id,
        name,
        isDefault: false,
        createdAt: clock.now(),
      }
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createProject',
        resourceId: project.id,
        createdAt: project.createdAt,
      })
      const created = await store.projects.create(project, claim)
      const { row, headers } = await rowOf(created, (id) => store.projects.get(organization.id, id))
      return { status: 201, body: projectView(row), headers }
    },
  })
}
