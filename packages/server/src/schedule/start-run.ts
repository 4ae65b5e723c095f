import type { Monitor } from '../core/monitor.ts'
import { isEnded, type Run } from '../core/run.ts'
import type { MonitorStore, RunStore } from '../store/store.ts'

/** Names what starts a run, so that doing it again makes no second one. */
export interface StartKey {
  key: string
  requestHash: string
}

export interface Start {
  /** Null: each request starts another run. */
  idempotency: StartKey | null
  /** Asked of the monitor as it is now: it may have been changed since somebody decided to start. */
  isWanted: (monitor: Monitor) => boolean
  /** Keeps the run's id with the monitor. */
  record: (run: Run) => Promise<unknown>
}

export type StartOutcome =
  | { outcome: 'started'; run: Run }
  /** Its last run has not ended. */
  | { outcome: 'under_way' }
  /** It was removed, or `isWanted` said no. */
  | { outcome: 'unwanted' }

/** Rejects with what `submit` or the store rejects with. */
export type StartRun = (
  monitor: Pick<Monitor, 'organizationId' | 'id'>,
  start: Start,
) => Promise<StartOutcome>

export interface StartParts {
  monitors: Pick<MonitorStore, 'get'>
  runs: Pick<RunStore, 'get'>
  submit: (monitor: Monitor, idempotency: StartKey | null) => Promise<Run>
}

/** Starts runs of monitors, by the schedule and by hand: of each monitor one at a time. */
export function createRunStarter({ monitors, runs, submit }: StartParts): StartRun {
  /** Between the look at the last run and the record of the next. As many as requests and slots that are being served. */
  const starting = new Set<string>()

  async function begin(organizationId: number, id: string, start: Start): Promise<StartOutcome> {
    const monitor = await monitors.get(organizationId, id)
    if (monitor === null || !start.isWanted(monitor)) return { outcome: 'unwanted' }
    const { lastRunId } = monitor
    const last = lastRunId === null ? null : await runs.get(organizationId, lastRunId)
    if (last !== null && !isEnded(last)) return { outcome: 'under_way' }
    const run = await submit(monitor, start.idempotency)
    await start.record(run)
    return { outcome: 'started', run }
  }

  return async ({ organizationId, id }, start) => {
    if (starting.has(id)) return { outcome: 'under_way' }
    starting.add(id)
    try {
      return await begin(organizationId, id, start)
    } finally {
      starting.delete(id)
    }
  }
}
