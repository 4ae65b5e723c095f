import { LIMITS } from '../core/limits.ts'
import { scheduleKind, type Monitor } from '../core/monitor.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time.ts'
import { cronAfter, cronFault } from './cron.ts'

/** Slots of a cron expression that may still be to come although their time is past: it is the offset that makes them late. */
const LATE_SLOTS_MAX = 10

const DAY_MINUTES = DAY_MS / MINUTE_MS
const HOUR_MINUTES = HOUR_MS / MINUTE_MS
const WEEK_DAYS = 7

type Timing = Pick<Monitor, 'id' | 'schedule' | 'timeZone'>

/**
 * When a monitor's first slot after `after` is, milliseconds; null when its cron expression names no time to come.
 *
 * An hourly, daily or weekly monitor has its own minute of the hour, the day or the week, which its id decides: ten
 * thousand of them spread over the whole of it. A day and a week are those of the monitor's time zone. The times of a cron
 * expression are its owner's; each comes a little later, by an offset that the id decides too.
 */
export function nextRunAt({ id, schedule, timeZone }: Timing, after: number): number | null {
  const share = shareOf(id)
  const kind = scheduleKind(schedule)
  switch (kind) {
    case 'hourly':
      return nextHourly(share, after)
    case 'daily':
      return nextOwnMinute(share, DAY_MINUTES, timeZone, after)
    case 'weekly':
      return nextOwnMinute(share, WEEK_DAYS * DAY_MINUTES, timeZone, after)
    case 'cron':
      return nextOfCron(schedule, timeZone, share, after)
  }
}

/**
 * By how much `slot`, one of the monitor's own, comes later than the schedule alone says, milliseconds: after the hour, the
 * day's or the week's beginning, or the time of the cron expression. A week begins on Sunday, as in cron.
 */
export function slotOffset({ id, schedule, timeZone }: Timing, slot: number): number {
  const share = shareOf(id)
  switch (scheduleKind(schedule)) {
    case 'hourly':
      return Math.floor(share * HOUR_MS)
    case 'daily':
      return Math.floor(share * DAY_MS)
    case 'weekly':
      return Math.floor(share * WEEK_DAYS * DAY_MS)
    case 'cron':
      return slot - (cronSlotAfter(schedule, timeZone, share, slot - 1)?.time ?? slot)
  }
}

/** What is wrong with a schedule, in a sentence; null when it can be used. */
export function scheduleFault(schedule: string, now: number): string | null {
  return scheduleKind(schedule) === 'cron' ? cronFault(schedule, now) : null
}

/** Names only: an offset such as +02:00 knows no summer time, and UTC says what is meant where there is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** In [0, 1): the last 32 bits of an id are random. */
function shareOf(id: string): number {
  return Number.parseInt(id.slice(-8), 16) / 2 ** 32
}

/** Counted from the epoch, so that a change of the clocks neither doubles nor skips an hour. */
function nextHourly(share: number, after: number): number {
  const offset = Math.floor(share * HOUR_MS)
  return (Math.floor((after - offset) / HOUR_MS) + 1) * HOUR_MS + offset
}

/** `minutes` is how many the day or the week has. The second within the minute is the monitor's own too. */
function nextOwnMinute(share: number, minutes: number, timeZone: string, after: number): number | null {
  const own = share * minutes
  const minute = Math.floor(own)
  const offset = Math.floor((own - minute) * MINUTE_MS)
  const hour = Math.floor((minute % DAY_MINUTES) / HOUR_MINUTES)
  const weekday = minutes > DAY_MINUTES ? String(Math.floor(minute / DAY_MINUTES)) : '*'
  const time = cronAfter(`${minute % HOUR_MINUTES} ${hour} * * ${weekday}`, timeZone, after - offset)
  return time === null ? null : time + offset
}

function nextOfCron(expression: string, timeZone: string, share: number, after: number): number | null {
  return cronSlotAfter(expression, timeZone, share, after)?.slot ?? null
}

/** The first slot after `after`, and the time of the expression that it is for. */
function cronSlotAfter(
  expression: string,
  timeZone: string,
  share: number,
  after: number,
): { time: number; slot: number } | null {
  let time = cronAfter(expression, timeZone, after - LIMITS.monitorOffsetMsMax)
  for (let slots = 0; slots < LATE_SLOTS_MAX && time !== null; slots += 1) {
    const following = cronAfter(expression, timeZone, time)
    const slot = time + offsetOf(share, following === null ? Infinity : following - time)
    if (slot > after) return { time, slot }
    time = following
  }
  const last = time === null ? null : cronAfter(expression, timeZone, after)
  return last === null ? null : { time: last, slot: last }
}

/** Of a slot with `interval` milliseconds to the next: never so late that it comes near it. */
function offsetOf(share: number, interval: number): number {
  const room = Math.min(interval * LIMITS.monitorOffsetShareMax, LIMITS.monitorOffsetMsMax)
  return Math.floor(share * room)
}
