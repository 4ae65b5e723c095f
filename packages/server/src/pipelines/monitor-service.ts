import type { IdempotencyKey, MonitorService, RunAnswer, RunService } from '../api/services.ts'
import type { Clock } from '../core/clock.ts'
import { idempotencyConflict, Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Monitor } from '../core/monitor.ts'
import type { Organization } from '../core/organization.ts'
import { isEnded, pageSubmission, type Run } from '../core/run.ts'
import { RUN_OPERATION } from './run-pipeline.ts'
import { createScheduler, type Scheduler } from '../schedule/scheduler.ts'
import { createRunStarter } from '../schedule/start-run.ts'
import type { Store } from '../store/store.ts'

/** Joins monitors to the run pipeline: their runs begin by the schedule, or by hand. */
export interface Monitoring extends MonitorService, Pick<Scheduler, 'start' | 'stop'> {}

export interface MonitoringParts {
  store: Pick<Store, 'organizations' | 'workflows' | 'monitors' | 'runs' | 'claims'>
  runs: Pick<RunService, 'submit' | 'wait'>
  clock: Clock
  onError: (error: unknown, doing: string) => void
}

export function createMonitoring(parts: MonitoringParts): Monitoring {
  const { store, runs, clock } = parts
  const startRun = createRunStarter({ monitors: store.monitors, runs: store.runs, submit })
  const scheduler = createScheduler({
    monitors: store.monitors,
    startRun,
    hasEnded,
    clock,
    onError: parts.onError,
  })

  async function submit(monitor: Monitor, idempotency: IdempotencyKey | null): Promise<Run> {
    const { organizationId, workflowId, url, id } = monitor
    const organization = await store.organizations.byId(organizationId)
    const workflow = await store.workflows.byId(organizationId, workflowId)
    if (organization === null || workflow === null) throw new Error(`Monitor ${id} has no workflow`)
    const submission = pageSubmission(url, { monitor_id: id })
    const { run } = await runs.submit({ organization, workflow, submission, waitMs: 0, idempotency })
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
          lastError: null,
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
    wake: () => scheduler.wake(),
    start: () => scheduler.start(),
    stop: () => scheduler.stop(),
  }
}
