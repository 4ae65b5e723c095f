import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { Step, Workflow } from '../../../core/workflow.ts'
import type { Store } from '../../../store/store.ts'
import { notFound } from '../../problems/error-handler.ts'
import { nameField, slugField } from '../fields.ts'

export const workflowParams = z.strictObject({
  id: z.string().describe('Integer id or slug.'),
})

const stepSchema = z.strictObject({
  type: z.string().max(64).describe('The validator, e.g. `json-schema`.'),
  name: nameField.optional().describe('The type, when left out.'),
  failure_mode: z
    .enum(['blocking', 'advisory'])
    .default('blocking')
    .describe("A failed blocking step ends the run; an advisory one's errors count as warnings."),
  config: z.record(z.string(), z.unknown()).default({}).describe("The validator's own, e.g. `{schema}`."),
})

/** What POST and PATCH have in common. */
export const WORKFLOW_FIELDS = {
  slug: slugField,
  name: nameField,
  project: z.string().describe("`proj_…`; the organization's default project when left out."),
  score_threshold: z
    .number()
    .gt(0)
    .max(100)
    .describe('Points a score must fall before `score.dropped` fires. Default 5.'),
  steps: z.array(stepSchema).min(1).max(LIMITS.workflowStepsMax),
}

export function stepsOf(steps: readonly z.output<typeof stepSchema>[]): Step[] {
  return steps.map(({ type, name, failure_mode, config }) => ({
    type,
    name: name ?? type,
    failureMode: failure_mode,
    config,
  }))
}

/** Throws `invalid_request` on `project` unless it is there, in the caller's organization. */
export async function checkProject(
  store: Pick<Store, 'projects'>,
  organizationId: number,
  id: string,
): Promise<void> {
  if ((await store.projects.get(organizationId, id)) !== null) return
  throw fieldProblem('invalid_request', 'project', 'There is no project of this id.')
}

/** By id or slug. Throws `not_found`. */
export async function findWorkflow(
  store: Pick<Store, 'workflows'>,
  organizationId: number,
  idOrSlug: string,
): Promise<Workflow> {
  const workflow = await store.workflows.find(organizationId, idOrSlug)
  if (workflow === null) throw notFound()
  return workflow
}
