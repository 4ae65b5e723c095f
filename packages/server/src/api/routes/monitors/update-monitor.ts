import { z } from 'zod'
import { revise, type Monitor, type MonitorChanges } from '../../../core/monitor.ts'
import type { Organization } from '../../../core/organization.ts'
import { nextRunAt } from '../../../schedule/next-run.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { monitorSchema, showMonitor } from '../../views/monitor.ts'
import { idParams } from '../fields.ts'
import { checkProject, checkSchedule, findMonitor, MONITOR_FIELDS, pageWorkflow } from './fields.ts'

const body = z
  .strictObject(MONITOR_FIELDS)
  .partial()
  .meta({ id: 'MonitorChanges', examples: [{ schedule: 'hourly' }, { enabled: false }] })

export function updateMonitor(context: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  const { store, services, clock } = context

  /** Throws as the creation of such a monitor would. */
  async function checked(
    organization: Organization,
    current: Monitor,
    wanted: z.output<typeof body>,
  ): Promise<MonitorChanges> {
    const { name, url, workflow, project_id, schedule, time_zone: timeZone, enabled } = wanted
    // What an organization may not have any more runs on, but is not begun anew.
    const isBegun = enabled === true && !current.enabled
    if (schedule !== undefined || isBegun) {
      checkSchedule(organization, schedule ?? current.schedule, clock.now())
    }
    if (url !== undefined) services.webhooks.checkUrl(url)
    const named = workflow ?? (project_id === undefined ? undefined : current.workflowId)
    const found = named === undefined ? null : await pageWorkflow(context, organization.id, named)
    if (found !== null) await checkProject(store, found, project_id)
    return {
      ...(name !== undefined && { name }),
      ...(url !== undefined && { url }),
      ...(schedule !== undefined && { schedule }),
      ...(enabled !== undefined && { enabled }),
      ...(timeZone !== undefined && { timeZone }),
      ...(found !== null && { workflowId: found.id, projectId: found.projectId }),
    }
  }

  return operation({
    id: 'updateMonitor',
    method: 'PATCH',
    path: '/api/v1/monitors/:id',
    tag: 'monitors',
    summary: 'Change a monitor',
    description:
      'Fields that you leave out stay as they are. A run under way goes on. `next_run_at` is planned again when the schedule or ' +
      'its time zone changes, and when the monitor is enabled.',
    access: ['write'],
    params: idParams,
    body,
    answers: { 200: monitorSchema },
    problems: ['url_not_allowed', 'tier_required'],
    async handle({ caller: { organization }, params, body: wanted }) {
      const current = await findMonitor(store, organization.id, params.id)
      const changes = await checked(organization, current, wanted)
      const now = clock.now()
      const plan = (monitor: Monitor): number | null => nextRunAt(monitor, now)
      const changed = await store.monitors.change(organization.id, current.id, (monitor) =>
        revise(monitor, changes, plan, now),
      )
      if (changed === null) throw notFound()
      services.monitors.wake()
      return { status: 200, body: await showMonitor(store, changed) }
    },
  })
}
