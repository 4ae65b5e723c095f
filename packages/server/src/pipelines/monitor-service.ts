import type { IdempotencyKey, MonitorService, RunAnswer, RunService } from '../api/services.ts'
import { idempotencyConflict, Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Monitor } from '../core/monitor.ts'
import type { Organization } from '../core/organization.ts'
import { isEnded, pageSubmission, type Run } from '../core/run.ts'
import { createMonitorNews, type MonitorNewsParts } from './monitor-news.ts'
import { RUN_OPERATION } from './run-pipeline.ts'
import { createScheduler, type Scheduler } from '../schedule/scheduler.ts'
import { createRunStarter } from '../schedule/start-run.ts'
import type { MonitorStore, Store } from '../store/store.ts'

/**
 * Joins monitors to the run pipeline: their runs begin by the schedule, or by hand, and what they end as is told to the
 * organization when it turns a monitor.
 */
export interface Monitoring extends MonitorService, Pick<Scheduler, 'start' | 'stop'> {
  /** A run has ended, and its end is stored. */
  runEnded(run: Pick<Run, 'monitorId'>): void
}

export interface MonitoringParts extends MonitorNewsParts {
  store: Pick<Store, 'organizations' | 'workflows' | 'monitors' | 'runs' | 'claims' | 'events'>
  runs: Pick<RunService, 'submit' | 'wait'>
}

export function createMonitoring(parts: MonitoringParts): Monitoring {
  const { store, runs, clock } = parts
  const news = createMonitorNews(parts)
  const startRun = createRunStarter({ monitors: store.monitors, runs: store.runs, submit })
  const scheduler = createScheduler({
    monitors: { ...store.monitors, advance },
    startRun,
    hasEnded,
    clock,
    onError: parts.onError,
  })

  async function advance(...asked: Parameters<MonitorStore['advance']>): Promise<boolean> {
    const isTaken = await store.monitors.advance(...asked)
    const [, , { error }] = asked
    if (isTaken && error !== null) news.dueAt(clock.now())
    return isTaken
  }

  async function submit(monitor: Monitor, idempotency: IdempotencyKey | null): Promise<Run> {
    const { organizationId, workflowId, url, id } = monitor
    const organization = await store.organizations.byId(organizationId)
    const workflow = await store.workflows.byId(organizationId, workflowId)
    if (organization === null || workflow === null) throw new Error(`Monitor ${id} has no workflow`)
    const submission = pageSubmission(url, { monitor_id: id })
    const { run } = await runs.submit({
      organization,
      workflow,
      submission,
      waitMs: 0,
      idempotency,
      monitorId: id,
    })
    return run
  }

  async function hasEnded({ organizationId, id }: Run): Promise<boolean> {
    const run = await runs.wait(organizationId, id, LIMITS.monitorFollowMs)
    return run === null || isEnded(run)
  }

  /** What the same request made before. Its run may be under way still, which is no reason to refuse it. */
  async function earlier(organizationId: number, idempotency: IdempotencyKey): Promise<RunAnswer | null> {
    const claim = {
      organizationId,
      operation: RUN_OPERATION,
      ...idempotency,
      resourceId: '',
      createdAt: clock.now(),
    }
    const verdict = await store.claims.judge(claim)
    if (verdict.outcome === 'conflict') throw idempotencyConflict()
    if (verdict.outcome === 'free') return null
    const run = await store.runs.get(organizationId, verdict.resourceId)
    return run && { run, replayed: true }
  }

  async function run(
    organization: Organization,
    monitor: Monitor,
    idempotency: IdempotencyKey | null,
  ): Promise<RunAnswer | null> {
    const before = idempotency && (await earlier(organization.id, idempotency))
    if (before !== null) return before
    const answer = await startRun(monitor, {
      idempotency,
      isWanted: () => true,
      record: ({ id: lastRunId }) =>
        store.monitors.change(organization.id, monitor.id, (current) => ({
          ...current,
          lastRunId,
        })),
    })
    switch (answer.outcome) {
      case 'started':
        return { run: answer.run, replayed: false }
      case 'under_way':
        throw new Problem('run_in_progress', 'The last run of this monitor has not ended. Wait for its end.')
      case 'unwanted':
        return null
    }
  }

  return {
    run,
    runEnded({ monitorId }) {
      if (monitorId !== null) news.dueAt(clock.now())
    },
    wake: () => scheduler.wake(),
    start() {
      news.start()
      scheduler.start()
    },
    async stop() {
      await Promise.all([scheduler.stop(), news.stop()])
    },
  }
}
