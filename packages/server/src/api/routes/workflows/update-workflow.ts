import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { workflowSchema, workflowView } from '../../views/workflow.ts'
import { checkMonitors } from '../monitors/fields.ts'
import {
  checkActions,
  checkProject,
  findWorkflow,
  stepsOf,
  workflowParams,
  WORKFLOW_FIELDS,
} from './fields.ts'

const body = z
  .strictObject(WORKFLOW_FIELDS)
  .partial()
  .meta({ id: 'WorkflowChanges', examples: [{ score_threshold: 10 }] })

export function updateWorkflow({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'updateWorkflow',
    method: 'PATCH',
    path: '/api/v1/workflows/:id',
    tag: 'workflows',
    summary: 'Change a workflow',
    description:
      'Fields that you leave out stay as they are. `steps` replaces all steps. Runs under way do not change.',
    access: ['write'],
    params: workflowParams,
    body,
    answers: { 200: workflowSchema },
    problems: ['schema_not_compiled', 'already_exists', 'in_use'],
    async handle({ caller: { organization }, params, body: changes }) {
      const current = await findWorkflow(store, organization.id, params.id)
      if (changes.project !== undefined) await checkProject(store, organization.id, changes.project)
      const steps = changes.steps && stepsOf(changes.steps)
      if (steps) {
        await services.runs.checkSteps(organization.id, steps)
        await checkActions(store, organization.id, steps)
        await checkMonitors({ store, services }, current, steps)
      }

      const workflow = await store.workflows.update({
        ...current,
        slug: changes.slug ?? current.slug,
        name: changes.name ?? current.name,
        projectId: changes.project ?? current.projectId,
        scoreThreshold: changes.score_threshold ?? current.scoreThreshold,
        steps: steps ?? current.steps,
        updatedAt: clock.now(),
      })
      if (workflow === null) throw notFound()
      return { status: 200, body: workflowView(workflow) }
    },
  })
}
