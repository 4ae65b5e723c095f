import { z } from 'zod'
import type { Monitor } from '../../core/monitor.ts'
import { isoTime, isoTimeOrNull } from '../../core/time.ts'
import type { Store } from '../../store/store.ts'
import { RUN_RESULTS } from './run.ts'

const EXAMPLE = {
  id: 'mon_0198c1a29f4e7c3b8d5e6f7081920a1b',
  name: 'Lamp',
  url: 'https://shop.example.com/lamp',
  workflow: { id: 2, slug: 'structured-data', name: 'Structured data' },
  project_id: 'proj_0198c1a29f4e7c3b8d5e6f7081920a1b',
  schedule: 'daily',
  time_zone: 'UTC',
  enabled: true,
  next_run_at: '2025-03-23T04:17:09.000Z',
  last_run: {
    id: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
    result: 'PASS',
    score: 88,
    ended_at: '2025-03-22T04:17:10.120Z',
  },
  last_error: null,
  created_at: '2025-03-20T14:30:00.000Z',
  updated_at: '2025-03-20T14:30:00.000Z',
}

export const monitorSchema = z
  .object({
    id: z.string().describe('`mon_…`'),
    name: z.string(),
    url: z.string().describe('The page. To a key without the scope `write`, credentials in the URL are `…`.'),
    workflow: z.object({ id: z.int(), slug: z.string(), name: z.string() }),
    project_id: z.string().describe('`proj_…`: the project of its workflow.'),
    schedule: z.string().describe('`hourly`, `daily`, `weekly`, or a cron expression.'),
    time_zone: z.string(),
    enabled: z.boolean(),
    next_run_at: z
      .string()
      .nullable()
      .describe('Null while it is disabled, and when its schedule names no time to come.'),
    last_run: z
      .object({
        id: z.string(),
        result: z.enum(RUN_RESULTS).describe('UNKNOWN while it is under way.'),
        score: z.number().nullable(),
        ended_at: z.string().nullable(),
      })
      .nullable()
      .describe('Null before the first one, and once it is older than runs are kept.'),
    last_error: z
      .string()
      .nullable()
      .describe(
        'Why its last slot started no run, such as a URL that is not allowed any more; null once one has.',
      ),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .describe('The monitor.')
  .meta({ id: 'Monitor', examples: [EXAMPLE] })

/** The monitor with what the store says of its workflow and its last run. */
export async function showMonitor(
  store: Pick<Store, 'workflows' | 'runs'>,
  monitor: Monitor,
): Promise<z.output<typeof monitorSchema>> {
  const { organizationId, workflowId, lastRunId } = monitor
  const workflow = await store.workflows.byId(organizationId, workflowId)
  if (workflow === null) throw new Error(`Monitor ${monitor.id} has no workflow`)
  const lastRun = lastRunId === null ? null : await store.runs.get(organizationId, lastRunId)
  return {
    id: monitor.id,
    name: monitor.name,
    url: monitor.url,
    workflow: { id: workflow.id, slug: workflow.slug, name: workflow.name },
    project_id: monitor.projectId,
    schedule: monitor.schedule,
    time_zone: monitor.timeZone,
    enabled: monitor.enabled,
    next_run_at: isoTimeOrNull(monitor.nextRunAt),
    last_run: lastRun && {
      id: lastRun.id,
      result: lastRun.result,
      score: lastRun.score,
      ended_at: isoTimeOrNull(lastRun.endedAt),
    },
    last_error: monitor.lastError,
    created_at: isoTime(monitor.createdAt),
    updated_at: isoTime(monitor.updatedAt),
  }
}
