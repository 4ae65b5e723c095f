import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { isChannel } from '../../../core/webhook.ts'
import { isAction, type Step, type Workflow } from '../../../core/workflow.ts'
import type { Store } from '../../../store/store.ts'
import { notFound } from '../../problems/error-handler.ts'
import { nameField, slugField } from '../fields.ts'

export const workflowParams = z.strictObject({
  id: z.string().describe('Integer id or slug.'),
})

const stepSchema = z.strictObject({
  type: z
    .string()
    .max(64)
    .describe(
      'The validator, e.g. `json-schema`; or an action, `webhook` or `notify`, for when the run has ended.',
    ),
  name: nameField.optional().describe('The type, when left out.'),
  failure_mode: z
    .enum(['blocking', 'advisory'])
    .default('blocking')
    .describe("A failed blocking step ends the run; an advisory one's errors count as warnings."),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "The validator's own, e.g. `{schema}`. Of `webhook`: `{webhook, when?, event?}`; of `notify`: `{channel, when?}`; " +
        'with `when`: `always` (unless you say otherwise), `pass` or `fail`, and `event`: `run.completed` (unless you say ' +
        'otherwise) or `validation.completed`, which is what a channel is told.',
    ),
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

/** Throws `invalid_request` on the action step that names no webhook, or no channel, of the organization. */
export async function checkActions(
  store: Pick<Store, 'webhooks'>,
  organizationId: number,
  steps: readonly Step[],
): Promise<void> {
  for (const [index, { type, config }] of steps.entries()) {
    if (!isAction(type)) continue
    const name = type === 'webhook' ? 'webhook' : 'channel'
    const named = await store.webhooks.get(organizationId, String(config[name]))
    if (named !== null && isChannel(named) === (type === 'notify')) continue
    throw fieldProblem('invalid_request', `steps[${index}].config.${name}`, `There is no ${name} of this id.`)
  }
}
