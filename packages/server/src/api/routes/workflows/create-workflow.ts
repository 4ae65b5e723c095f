import { z } from 'zod'
import { SCORE_THRESHOLD_DEFAULT } from '../../../core/workflow.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { workflowSchema, workflowView } from '../../views/workflow.ts'
import { checkActions, checkProject, stepsOf, WORKFLOW_FIELDS } from './fields.ts'

const body = z
  .strictObject({
    slug: WORKFLOW_FIELDS.slug,
    name: WORKFLOW_FIELDS.name,
    project: WORKFLOW_FIELDS.project.optional(),
    score_threshold: WORKFLOW_FIELDS.score_threshold.default(SCORE_THRESHOLD_DEFAULT),
    steps: WORKFLOW_FIELDS.steps,
  })
  .meta({
    id: 'NewWorkflow',
    examples: [
      {
        slug: 'product-validation',
        name: 'Product Validation',
        steps: [{ type: 'json-schema', config: { schema: { type: 'object', required: ['sku'] } } }],
      },
      {
        slug: 'pages',
        name: 'Pages',
        steps: [
          { type: 'structured-data' },
          {
            type: 'assertions',
            failure_mode: 'advisory',
            config: {
              assertions: [{ expression: 'run.score >= 75.0', message: 'The score should be 75 or more' }],
            },
          },
        ],
      },
    ],
  })

export function createWorkflow({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'createWorkflow',
    method: 'POST',
    path: '/api/v1/workflows',
    tag: 'workflows',
    summary: 'Create a workflow',
    description:
      'Every step is checked before anything is stored: a schema that does not compile is refused.',
    access: ['write'],
    body,
    answers: { 201: workflowSchema },
    problems: ['schema_not_compiled', 'already_exists', 'idempotency_conflict'],
    async handle({ caller: { organization }, body: wanted, idempotency }) {
      if (wanted.project !== undefined) await checkProject(store, organization.id, wanted.project)
      const steps = stepsOf(wanted.steps)
      await services.runs.checkSteps(organization.id, steps)
      await checkActions(store, organization.id, steps)

      const now = clock.now()
      const workflow = {
        organizationId: organization.id,
        projectId: wanted.project ?? (await store.projects.default(organization.id)).id,
        slug: wanted.slug,
        name: wanted.name,
        scoreThreshold: wanted.score_threshold,
        steps,
        createdAt: now,
        updatedAt: now,
      }
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createWorkflow',
        // The store numbers workflows, and so fills this in.
        resourceId: '',
        createdAt: now,
      })
      const created = await store.workflows.create(workflow, claim)
      const { row, headers } = await rowOf(created, (id) => store.workflows.find(organization.id, id))
      return { status: 201, body: workflowView(row), headers }
    },
  })
}
