import { Cron } from 'croner'
import { LIMITS } from '../core/limits.ts'
import { DAY_MS, MINUTE_MS } from '../core/time.ts'
import { instantOf, shownAt } from './local-time.ts'

/**
 * The five fields that every cron reads alike. croner takes more (seconds, `L`, `#`, nicknames), which another reader of the
 * same text would take for something else or refuse.
 */
const FIELDS = 5
const NAMES = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b/gi
const FIELD = /^[\d*,/-]+$/

/** A cron expression that can be asked for its times. Throws for one that croner cannot read. */
function read(expression: string, timeZone: string): Cron {
  // Paused and without a function: it never sets a timer.
  return new Cron(expression, { paused: true, mode: '5-part', timezone: timeZone })
}

/**
 * The first time after `after` that the expression names, milliseconds; null when none is to come. A time of day that a
 * change of the clocks leaves out is taken right after the change; one that it brings twice is taken once. An expression for
 * any hour goes on through the change instead, hour by hour.
 */
export function cronAfter(expression: string, timeZone: string, after: number): number | null {
  const hours = expression.split(' ')[1] ?? ''
  if (ANY_HOUR.test(hours)) return timeAfter(read(expression, timeZone), after)
  // Of several hours croner drops those that are left out, so its times are those that the clocks show.
  const shown = read(expression, 'UTC')
  let next = timeAfter(shown, shownAt(after, timeZone))
  for (let passed = 0; next !== null && passed < TIMES_PASSED_MAX; passed += 1) {
    const instant = instantOf(next, timeZone)
    if (instant > after) return instant
    next = timeAfter(shown, next)
  }
  return null
}

const ANY_HOUR = /^(?:\*|\*\/1|0-23)$/

/** Times of which a change of the clocks makes past ones: as many as a day may have, which a change has left out before. */
const TIMES_PASSED_MAX = DAY_MS / LIMITS.monitorIntervalMsMin + 1

/** What is wrong with a cron expression, in a sentence; null when it can be used. `now` decides what is still to come. */
export function cronFault(expression: string, now: number): string | null {
  if (expression.length > LIMITS.cronCharactersMax) {
    return `A cron expression must have at most ${LIMITS.cronCharactersMax} characters.`
  }
  const fields = expression.replace(NAMES, '1').split(' ')
  if (fields.length !== FIELDS || !fields.every((field) => FIELD.test(field))) {
    return 'Must be hourly, daily, weekly, or a cron expression of five fields: minute, hour, day of the month, month, day of the week. For example: */15 8-18 * * MON-FRI'
  }
  try {
    return timesFault(read(expression, 'UTC'), now)
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^CronPattern: (?:Syntax error, )?/, '') : ''
    return `This cron expression cannot be read: ${reason}`
  }
}

function timesFault(cron: Cron, now: number): string | null {
  const next = timeAfter(cron, now)
  if (next === null) return 'This cron expression names a day that never comes.'
  if (shortestWait(cron, Math.floor(next / DAY_MS) * DAY_MS) >= LIMITS.monitorIntervalMsMin) return null
  return `Must leave at least ${LIMITS.monitorIntervalMsMin / MINUTE_MS} minutes between two times.`
}

/**
 * Every day that an expression names has the same times, so that one such day tells, from its `midnight` on. From its last
 * time to its first is counted as if the next day were one too, which at worst refuses minutes on both sides of midnight.
 */
function shortestWait(cron: Cron, midnight: number): number {
  const first = timeAfter(cron, midnight - 1) ?? midnight
  let shortest = DAY_MS
  let last = first
  // Ends: a day has only so many minutes, and one wait that is too short is enough.
  while (shortest >= LIMITS.monitorIntervalMsMin) {
    const next = timeAfter(cron, last)
    if (next === null || next >= midnight + DAY_MS) break
    shortest = Math.min(shortest, next - last)
    last = next
  }
  return Math.min(shortest, first + DAY_MS - last)
}

function timeAfter(cron: Cron, after: number): number | null {
  return cron.nextRun(new Date(after))?.getTime() ?? null
}
