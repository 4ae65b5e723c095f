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
      'A validator, e.g. `json-schema`; or an action that runs when the run has ended: `webhook` or `notify`.',
    ),
  name: nameField.optional().describe('Default: the type.'),
  failure_mode: z
    .enum(['blocking', 'advisory'])
    .default('blocking')
    .describe(
      'A `blocking` step that finds errors ends the run. Errors of an `advisory` step count as warnings.',
    ),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'The settings of the step. A validator has its own, e.g. `{schema}`. `webhook` takes `{webhook, when?, event?}`, and ' +
        '`notify` takes `{channel, when?}`. `when` is `always` (default), `pass` or `fail`. `event` is `run.completed` ' +
        '(default) or `validation.completed`; a channel is always told of `validation.completed`.',
    ),
})

/** What POST and PATCH have in common. */
export const WORKFLOW_FIELDS = {
  slug: slugField,
  name: nameField,
  project: z.string().describe("`proj_…`. Default: the organization's default project."),
  score_threshold: z
    .number()
    .gt(0)
    .max(100)
    .describe('How many points the score must fall to make `score.dropped`. Default 5.'),
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
  throw fieldProblem('invalid_request', 'project', 'There is no project with this id.')
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
    throw fieldProblem(
      'invalid_request',
      `steps[${index}].config.${name}`,
      `There is no ${name} with this id.`,
    )
  }
}
