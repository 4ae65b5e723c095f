import { scheduleKind, type Monitor } from '../core/monitor.ts'
import { MINUTE_MS, SECOND_MS } from '../core/time.ts'
import { isTimeZone, slotOffset } from './next-run.ts'

type Planned = Pick<Monitor, 'id' | 'schedule' | 'timeZone' | 'enabled' | 'nextRunAt'>

export interface NextRunReason {
  /** By how much the slot comes later than the schedule alone says, milliseconds; null without a slot. See `slotOffset`. */
  offsetMs: number | null
  /** In a sentence or two. */
  text: string
}

const SPREAD = 'so that not all of them start at once'

/** Why a monitor's next slot is when it is: a schedule alone does not say, since each monitor has an offset of its own. */
export function nextRunReason(monitor: Planned): NextRunReason {
  const { timeZone, enabled, nextRunAt } = monitor
  if (!enabled) return { offsetMs: null, text: 'The monitor is disabled.' }
  if (nextRunAt === null) return { offsetMs: null, text: 'The schedule names no time to come.' }
  if (!isTimeZone(timeZone))
    return { offsetMs: null, text: `This server does not know the time zone ${timeZone}.` }
  const offsetMs = slotOffset(monitor, nextRunAt)
  return { offsetMs, text: textOf(monitor, nextRunAt, offsetMs) }
}

function textOf({ schedule, timeZone }: Planned, slot: number, offsetMs: number): string {
  switch (scheduleKind(schedule)) {
    case 'hourly':
      return `Each hourly monitor starts at a minute of its own, ${SPREAD}. This one starts ${spanOf(offsetMs)} past the hour.`
    case 'daily':
      return `Each daily monitor starts at a time of day of its own, ${SPREAD}. This one starts at ${timeOf(slot, timeZone)} (${timeZone}).`
    case 'weekly':
      return `Each weekly monitor starts at a time of the week of its own, ${SPREAD}. This one starts on ${timeOf(slot, timeZone, 'long')} (${timeZone}).`
    case 'cron':
      return `The schedule says ${timeOf(slot - offsetMs, timeZone)} (${timeZone}). Each monitor starts a little later, ${SPREAD}: this one by ${spanOf(offsetMs)}.`
  }
}

function timeOf(ms: number, timeZone: string, weekday?: 'long'): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...(weekday !== undefined && { weekday }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return format.format(ms)
}

function spanOf(ms: number): string {
  return `${Math.floor(ms / MINUTE_MS)} min ${Math.floor((ms % MINUTE_MS) / SECOND_MS)} s`
}
