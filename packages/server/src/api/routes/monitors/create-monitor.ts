import { z } from 'zod'
import { untriedMonitor } from '../../../core/monitor.ts'
import { NAME } from '../../../core/organization.ts'
import { requireMonitorPlace } from '../../../identity/tiers.ts'
import { nextRunAt } from '../../../schedule/next-run.ts'
import type { ApiContext } from '../../context.ts'
import { claimOf, rowOf } from '../../idempotency.ts'
import { operation } from '../../operation.ts'
import { monitorSchema, showMonitor } from '../../views/monitor.ts'
import { checkProject, checkSchedule, MONITOR_FIELDS, pageWorkflow, TIME_ZONE_DEFAULT } from './fields.ts'

const body = z
  .strictObject({
    name: MONITOR_FIELDS.name.optional().describe('Default: the URL.'),
    url: MONITOR_FIELDS.url,
    workflow: MONITOR_FIELDS.workflow,
    project_id: MONITOR_FIELDS.project_id.optional(),
    schedule: MONITOR_FIELDS.schedule,
    time_zone: MONITOR_FIELDS.time_zone.default(TIME_ZONE_DEFAULT),
    enabled: MONITOR_FIELDS.enabled.default(true),
  })
  .meta({
    id: 'NewMonitor',
    examples: [
      { url: 'https://example.com/product/1', workflow: 'structured-data', schedule: 'daily' },
      {
        name: 'Home page in office hours',
        url: 'https://example.com/',
        workflow: 'structured-data',
        schedule: '0 8-18 * * MON-FRI',
        time_zone: 'Europe/Berlin',
      },
    ],
  })

export function createMonitor(context: Pick<ApiContext, 'store' | 'services' | 'clock' | 'ids'>) {
  const { store, services, clock, ids } = context
  return operation({
    id: 'createMonitor',
    method: 'POST',
    path: '/api/v1/monitors',
    tag: 'monitors',
    summary: 'Watch a page',
    description:
      'The workflow judges the page at every slot of the schedule, unless the previous run has not ended. The first run ' +
      'starts at the first slot; `POST …/run` starts one at once.',
    access: ['write'],
    body,
    answers: { 201: monitorSchema },
    problems: ['url_not_allowed', 'tier_required', 'idempotency_conflict'],
    async handle({ caller: { organization }, body: wanted, idempotency }) {
      const now = clock.now()
      checkSchedule(organization, wanted.schedule, now)
      services.webhooks.checkUrl(wanted.url)
      const workflow = await pageWorkflow(context, organization.id, wanted.workflow)
      await checkProject(store, workflow, wanted.project_id)

      const { url, schedule, enabled } = wanted
      const id = ids.make('mon')
      const timeZone = wanted.time_zone
      const monitor = {
        id,
        organizationId: organization.id,
        projectId: workflow.projectId,
        workflowId: workflow.id,
        name: wanted.name ?? url.slice(0, NAME.charactersMax),
        url,
        schedule,
        timeZone,
        enabled,
        nextRunAt: enabled ? nextRunAt({ id, schedule, timeZone }, now) : null,
        lastRunId: null,
        ...untriedMonitor(),
        createdAt: now,
        updatedAt: now,
      }
      const claim = claimOf(idempotency(), {
        organizationId: organization.id,
        operation: 'createMonitor',
        resourceId: id,
        createdAt: now,
      })
      const assertRoom = (count: number): void => requireMonitorPlace(organization, count)
      const created = await store.monitors.create(monitor, assertRoom, claim)
      services.monitors.wake()
      const { row, headers } = await rowOf(created, (madeId) => store.monitors.get(organization.id, madeId))
      return { status: 201, body: await showMonitor(store, row), headers }
    },
  })
}
