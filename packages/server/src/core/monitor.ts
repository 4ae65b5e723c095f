export const NAMED_SCHEDULES = ['hourly', 'daily', 'weekly'] as const
export type NamedSchedule = (typeof NAMED_SCHEDULES)[number]
export type ScheduleKind = NamedSchedule | 'cron'

/** A page that a workflow judges again and again. */
export interface Monitor {
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
  /** Why its last slot started no run, in plain words; null once one has. */
  lastError: string | null
  createdAt: number
  updatedAt: number
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
