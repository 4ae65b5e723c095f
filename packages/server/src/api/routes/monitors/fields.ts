import { z } from 'zod'
import { fieldProblem } from '../../../core/errors.ts'
import { LIMITS } from '../../../core/limits.ts'
import { scheduleKind, type Monitor } from '../../../core/monitor.ts'
import type { Organization } from '../../../core/organization.ts'
import type { Step, Workflow } from '../../../core/workflow.ts'
import { requireFeature } from '../../../identity/tiers.ts'
import { isTimeZone, scheduleFault } from '../../../schedule/next-run.ts'
import type { Store } from '../../../store/store.ts'
import type { ApiContext } from '../../context.ts'
import { notFound } from '../../problems/error-handler.ts'
import { nameField } from '../fields.ts'

export const TIME_ZONE_DEFAULT = 'UTC'

/** What POST and PATCH have in common. */
export const MONITOR_FIELDS = {
  name: nameField,
  url: z
    .string()
    .max(LIMITS.urlCharactersMax)
    .describe(
      'The URL of the page. It must use https and a public address, unless the operator allows others.',
    ),
  workflow: z
    .union([z.string(), z.int().min(1)])
    .describe('Slug or integer id of a workflow whose first step judges pages.'),
  project_id: z.string().describe("`proj_…`. It must be the workflow's project, which is also the default."),
  schedule: z
    .string()
    .trim()
    .max(LIMITS.cronCharactersMax)
    .overwrite((text) => text.replace(/\s+/g, ' '))
    .describe(
      '`hourly`, `daily` or `weekly`, at a minute that the server chooses for each monitor. Or a cron expression of five ' +
        'fields; such a run starts up to 10 minutes after the time that the expression names. The tier decides which of them ' +
        'you can use.',
    ),
  time_zone: z
    .string()
    .max(LIMITS.timeZoneCharactersMax)
    .refine(isTimeZone, 'Must be the IANA name of a time zone, such as Europe/Berlin or UTC.')
    .describe('The time zone in which days begin and cron expressions are read, e.g. `Europe/Berlin`.'),
  enabled: z.boolean().describe('False: the schedule starts no runs.'),
}

/** Throws `invalid_request` on `schedule`, or `tier_required` for one that the organization's tier lacks. */
export function checkSchedule(organization: Organization, schedule: string, now: number): void {
  const fault = scheduleFault(schedule, now)
  if (fault !== null) throw fieldProblem('invalid_request', 'schedule', fault)
  requireFeature(organization, `${scheduleKind(schedule)}_monitors`)
}

/** The workflow that a body names. Throws `invalid_request` on `workflow` unless it is there and judges pages. */
export async function pageWorkflow(
  { store, services }: Pick<ApiContext, 'store' | 'services'>,
  organizationId: number,
  named: string | number,
): Promise<Workflow> {
  const workflow = await store.workflows.find(organizationId, String(named))
  if (workflow === null) {
    throw fieldProblem('invalid_request', 'workflow', 'There is no workflow with this slug or id.')
  }
  if (services.runs.judgesPages(workflow.steps)) return workflow
  throw fieldProblem(
    'invalid_request',
    'workflow',
    `The workflow ${workflow.slug} does not judge pages. Name one whose first step is structured-data.`,
  )
}

/** Throws `invalid_request` on `project_id` unless it is there, and on `workflow` when that belongs to another project. */
export async function checkProject(
  store: Pick<Store, 'projects'>,
  { organizationId, projectId, slug }: Workflow,
  named: string | undefined,
): Promise<void> {
  if (named === undefined || named === projectId) return
  if ((await store.projects.get(organizationId, named)) === null) {
    throw fieldProblem('invalid_request', 'project_id', 'There is no project with this id.')
  }
  throw fieldProblem('invalid_request', 'workflow', `The workflow ${slug} belongs to another project.`)
}

/** Throws `not_found`. */
export async function findMonitor(
  store: Pick<Store, 'monitors'>,
  organizationId: number,
  id: string,
): Promise<Monitor> {
  const monitor = await store.monitors.get(organizationId, id)
  if (monitor === null) throw notFound()
  return monitor
}

const USERS_SHOWN_MAX = 5

/** Throws `in_use` on `steps` that judge no pages, while there are monitors which have the workflow judge one. */
export async function checkMonitors(
  { store, services }: Pick<ApiContext, 'store' | 'services'>,
  { organizationId, id: workflowId }: Workflow,
  steps: readonly Step[],
): Promise<void> {
  if (services.runs.judgesPages(steps)) return
  const { rows } = await store.monitors.list(
    organizationId,
    { workflowId },
    { limit: USERS_SHOWN_MAX, before: null },
  )
  if (rows.length === 0) return
  const names = rows.map(({ name }) => name).join(', ')
  const advice = 'Its first step must judge pages while a monitor uses the workflow.'
  throw fieldProblem('in_use', 'steps', `Monitors use this workflow: ${names}. ${advice}`)
}
