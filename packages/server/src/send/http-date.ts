import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const DAY = DAYS.join('|')
const SHORT_DAY = DAYS.map((day) => day.slice(0, 3)).join('|')
const MONTH = MONTHS.join('|')
const TIME = '(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})'

/** The three forms of RFC 9110, section 5.6.7. Upper and lower case matter there. */
const FORMS = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^(?<weekday>${SHORT_DAY}), (?<day>[0-9]{2}) (?<month>${MONTH}) (?<year>[0-9]{4}) ${TIME} GMT$`),
  // rfc850-date: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^(?<weekday>${DAY}), (?<day>[0-9]{2})-(?<month>${MONTH})-(?<year>[0-9]{2}) ${TIME} GMT$`),
  // asctime-date: Sun Nov  6 08:49:37 1994
  new RegExp(
    `^(?<weekday>${SHORT_DAY}) (?<month>${MONTH}) (?<day>[0-9]{2}| [0-9]) ${TIME} (?<year>[0-9]{4})$`,
  ),
]

/** Of the years that two digits may stand for, the latest that is at most so far in the future. */
const FUTURE_YEARS_MAX = 50

/**
 * The time that an HTTP-date names, in milliseconds; null when `text` is none. `Date.parse` is not asked: it reads almost
 * anything, takes 31 February for a day in March, and gives a year of two digits another century than HTTP does.
 */
export function parseHttpDate(text: string, nowMs: number): number | null {
  for (const form of FORMS) {
    const found = form.exec(text)?.groups
    if (found === undefined) continue
    const { year = '' } = found
    return year.length === 2 ? ofTheCentury(found, nowMs) : timeOf(found, Number(year))
  }
  return null
}

/** "More than 50 years in the future" means "the most recent year in the past that had the same last two digits". */
function ofTheCentury(found: Found, nowMs: number): number | null {
  const now = new Date(nowMs)
  const latest = new Date(nowMs).setUTCFullYear(now.getUTCFullYear() + FUTURE_YEARS_MAX)
  const century = Math.floor(now.getUTCFullYear() / 100) * 100
  const years = [century + 100, century, century - 100].map((start) => start + Number(found['year']))
  const year = years.find((candidate) => startOfDay(found, candidate) + timeOfDay(found) <= latest)
  return year === undefined ? null : timeOf(found, year)
}

type Found = Readonly<Record<string, string>>

/** Null when there is no such day, when it is another day of the week, or when it has no such time. */
function timeOf(found: Found, year: number): number | null {
  const day = new Date(startOfDay(found, year))
  const isThatDay = day.getUTCDate() === Number(found['day']) && isWeekday(day, found['weekday'] ?? '')
  return isThatDay && isTimeOfDay(found) ? day.getTime() + timeOfDay(found) : null
}

/** A second may be the 61st of its minute: a leap second. */
function isTimeOfDay({ hour, minute, second }: Found): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60
}

function timeOfDay({ hour, minute, second }: Found): number {
  return Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS + Number(second) * SECOND_MS
}

function isWeekday(day: Date, name: string): boolean {
  return DAYS[day.getUTCDay()]?.startsWith(name) === true
}

/** Of a day that its month does not have, a day of the next month. */
function startOfDay(found: Found, year: number): number {
  const month = MONTHS.findIndex((name) => name === found['month'])
  return new Date(0).setUTCFullYear(year, month, Number(found['day']))
}
