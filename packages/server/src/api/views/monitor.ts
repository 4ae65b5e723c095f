import { z } from 'zod'
import type { Monitor } from '../../core/monitor.ts'
import { isoTime, isoTimeOrNull, SECOND_MS } from '../../core/time.ts'
import { nextRunReason } from '../../schedule/next-run-reason.ts'
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
  next_run_offset_seconds: 15_429,
  next_run_reason:
    'Each daily monitor starts at a time of day of its own, so that not all of them start at once. This one starts at 04:17:09 (UTC).',
  last_run: {
    id: '0198c1a2-9f4e-7c3b-8d5e-6f7081920a1b',
    result: 'PASS',
    score: 88,
    ended_at: '2025-03-22T04:17:10.120Z',
  },
  health: 'healthy',
  failure_count: 0,
  failing_since: null,
  last_error: null,
  created_at: '2025-03-20T14:30:00.000Z',
  updated_at: '2025-03-20T14:30:00.000Z',
}

export const monitorSchema = z
  .object({
    id: z.string().describe('`mon_…`'),
    name: z.string(),
    url: z
      .string()
      .describe('The URL of the page. A key without the scope `write` sees `…` instead of credentials.'),
    workflow: z.object({ id: z.int(), slug: z.string(), name: z.string() }),
    project_id: z.string().describe('`proj_…`, the project of its workflow.'),
    schedule: z.string().describe('`hourly`, `daily`, `weekly`, or a cron expression.'),
    time_zone: z.string(),
    enabled: z.boolean(),
    next_run_at: z
      .string()
      .nullable()
      .describe('Null while the monitor is disabled, and when its schedule names no future time.'),
    next_run_offset_seconds: z
      .number()
      .nullable()
      .describe(
        'How many seconds later `next_run_at` is than the schedule alone says: than the full hour, the beginning of the day or ' +
          'of the week (Sunday), or the time of the cron expression.',
      ),
    next_run_reason: z.string().describe('Why the next run is at that time, in plain words.'),
    last_run: z
      .object({
        id: z.string(),
        result: z.enum(RUN_RESULTS).describe('UNKNOWN while the run is under way.'),
        score: z.number().nullable(),
        ended_at: z.string().nullable(),
      })
      .nullable()
      .describe('Null before the first run, and when retention has removed the run.'),
    health: z
      .enum(['healthy', 'failing'])
      .describe(
        '`failing`: the last run reached no verdict (ERROR, TIMED_OUT), or the last slot started no run. The events ' +
          '`monitor.failing` and `monitor.recovered` report a change.',
      ),
    failure_count: z.int().describe('Runs and slots in a row without a verdict.'),
    failing_since: z
      .string()
      .nullable()
      .describe('When the first of these was. Null while the monitor is healthy.'),
    last_error: z
      .string()
      .nullable()
      .describe(
        'Why there was no verdict the last time: the page could not be fetched, a validator broke, or no run could be ' +
          'started. Null once there is a verdict.',
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
  const reason = nextRunReason(monitor)
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
    next_run_offset_seconds: reason.offsetMs === null ? null : Math.floor(reason.offsetMs / SECOND_MS),
    next_run_reason: reason.text,
    last_run: lastRun && {
      id: lastRun.id,
      result: lastRun.result,
      score: lastRun.score,
      ended_at: isoTimeOrNull(lastRun.endedAt),
    },
    health: monitor.health,
    failure_count: monitor.failureCount,
    failing_since: isoTimeOrNull(monitor.failingSince),
    last_error: monitor.lastError,
    created_at: isoTime(monitor.createdAt),
    updated_at: isoTime(monitor.updatedAt),
  }
}
