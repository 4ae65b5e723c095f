import { whyNoVerdict, type Run } from './run.ts'
import { nothingTold, type Telling } from './telling.ts'

export const NAMED_SCHEDULES = ['hourly', 'daily', 'weekly'] as const
export type NamedSchedule = (typeof NAMED_SCHEDULES)[number]
export type ScheduleKind = NamedSchedule | 'cron'

/** Whether the page could be judged when it last came to that, be the verdict good or bad. */
export type MonitorHealth = 'healthy' | 'failing'

/** A page that a workflow judges again and again. */
export interface Monitor extends MonitorState {
  /** `mon_…` */
  id: string
  organizationId: number
  /** `proj_…`: the project of its workflow, and moves with it. */
  projectId: string
  workflowId: number
  name: string
  url: string
  /** One of the named schedules, or a cron expression of five fields. */
  schedule: string
  /** IANA name of the time zone in which the schedule is meant. */
  timeZone: string
  enabled: boolean
  /** The slot it waits for, milliseconds; null while it is disabled, and when its schedule names no time to come. */
  nextRunAt: number | null
  /** The last run that it started; retention may have removed it since. */
  lastRunId: string | null
  createdAt: number
  updatedAt: number
}

/** How it fares: what its runs, and the slots that started none, make of it. */
export interface MonitorState {
  health: MonitorHealth
  /** Runs and slots in a row without a verdict. */
  failureCount: number
  /** When the first of these was, milliseconds; null while it is healthy. */
  failingSince: number | null
  /** Why there was no verdict the last time, in plain words; null once there is one. */
  lastError: string | null
  /** What the organization was told of its health. */
  telling: Telling<MonitorHealth>
}

/** What its owner may change. */
export type MonitorChanges = Partial<
  Pick<Monitor, 'projectId' | 'workflowId' | 'name' | 'url' | 'schedule' | 'timeZone' | 'enabled'>
>

/** Says when a monitor's next slot is, milliseconds. */
export type Plan = (monitor: Monitor) => number | null

export function scheduleKind(schedule: string): ScheduleKind {
  return NAMED_SCHEDULES.find((name) => name === schedule) ?? 'cron'
}

/** The monitor after a change by its owner. Only what concerns its time moves its slot: a new name must not delay a run. */
export function revise(monitor: Monitor, changes: MonitorChanges, plan: Plan, now: number): Monitor {
  const revised = { ...monitor, ...changes, updatedAt: now }
  const isSameTime =
    revised.enabled === monitor.enabled &&
    revised.schedule === monitor.schedule &&
    revised.timeZone === monitor.timeZone
  return isSameTime ? revised : { ...revised, nextRunAt: revised.enabled ? plan(revised) : null }
}

/** Of one that has not been judged yet. */
export function untriedMonitor(): MonitorState {
  return {
    health: 'healthy',
    failureCount: 0,
    failingSince: null,
    lastError: null,
    telling: nothingTold('healthy'),
  }
}

/**
 * The monitor once a run of it has ended. What was cancelled says nothing of the page, and neither does a run of the page
 * that it watched before.
 */
export function afterRun(monitor: Monitor, run: Run, now: number): Monitor {
  if (run.result === 'CANCELED' || run.submission.url !== monitor.url) return monitor
  const judged = { ...monitor, lastRunId: run.id }
  if (run.result !== 'PASS' && run.result !== 'FAIL') return afterFailure(judged, whyNoVerdict(run), now)
  // Without a slot to come this was the last verdict, and what its owner must know stays.
  if (monitor.enabled && monitor.nextRunAt === null) return judged
  const state = { health: 'healthy', failureCount: 0, failingSince: null, lastError: null } as const
  return withTellingDue({ ...judged, ...state }, now)
}

/** The monitor after a run, or a slot that started none, which came to no verdict; `lastError` says why. */
export function afterFailure(monitor: Monitor, lastError: string, now: number): Monitor {
  const failureCount = monitor.failureCount + 1
  const failingSince = monitor.failingSince ?? now
  return withTellingDue({ ...monitor, health: 'failing', failureCount, failingSince, lastError }, now)
}

/** A health that differs from what was told last is to be told now, unless a time for that is set already. */
function withTellingDue(monitor: Monitor, now: number): Monitor {
  const { health, telling } = monitor
  const dueAt = health === telling.state ? null : (telling.dueAt ?? now)
  return dueAt === telling.dueAt ? monitor : { ...monitor, telling: { ...telling, dueAt } }
}
