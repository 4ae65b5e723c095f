// ISO 8601:2004 as the web uses it: calendar, week and ordinal dates, in the extended and the basic form, a year or a
// month alone, with or without a time of day and its offset from UTC.

const CLOCK = String.raw`(?<hour>\d\d)(?::?(?<minute>\d\d)(?::?(?<second>\d\d)(?:[.,](?<fraction>\d{1,12}))?)?)?`
const OFFSET = String.raw`(?:Z|(?<sign>[+-])(?<offsetHour>\d\d)(?::?(?<offsetMinute>\d\d))?)?`
const TIME = `T${CLOCK}${OFFSET}`
const TIME_ALONE = new RegExp(`^T?${CLOCK}${OFFSET}$`)
const CALENDAR = new RegExp(`^(?<year>\\d{4})(?:-(?<month>\\d\\d)(?:-(?<day>\\d\\d)(?:${TIME})?)?)?$`)
const BASIC = new RegExp(`^(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)(?:${TIME})?$`)
const WEEK = new RegExp(`^(?<year>\\d{4})-?W(?<week>\\d\\d)(?:-?[1-7](?:${TIME})?)?$`)
const ORDINAL = new RegExp(`^(?<year>\\d{4})-?(?<ordinal>\\d{3})(?:${TIME})?$`)
const DURATION =
  /^P(?=\d|T\d)(?:\d+(?:[.,]\d+)?Y)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?W)?(?:\d+(?:[.,]\d+)?D)?(?:T(?=\d)(?:\d+(?:[.,]\d+)?H)?(?:\d+(?:[.,]\d+)?M)?(?:\d+(?:[.,]\d+)?S)?)?$/

/** Longer is neither a date nor a duration. */
const CHARACTERS_MAX = 60

export function isDate(text: string): boolean {
  if (text.length > CHARACTERS_MAX) return false
  const groups = (CALENDAR.exec(text) ?? BASIC.exec(text) ?? WEEK.exec(text) ?? ORDINAL.exec(text))?.groups
  if (groups === undefined) return false
  const number = (name: string) => (groups[name] === undefined ? null : Number(groups[name]))
  const year = number('year') ?? 0
  const month = number('month') ?? 1
  return (
    isWithin(month, 1, 12) &&
    isWithin(number('day') ?? 1, 1, daysIn(year, month)) &&
    isWithin(number('week') ?? 1, 1, weeksIn(year)) &&
    isWithin(number('ordinal') ?? 1, 1, isLeap(year) ? 366 : 365) &&
    isClock(groups)
  )
}

/** A time of day, with or without its offset from UTC. */
export function isTime(text: string): boolean {
  if (text.length > CHARACTERS_MAX) return false
  const groups = TIME_ALONE.exec(text)?.groups
  // Without colons and a T it might as well be a year.
  return groups?.['minute'] !== undefined && isClock(groups)
}

/** No place on Earth is farther from UTC: https://www.iana.org/time-zones. */
const OFFSET_HOURS_MIN = -12
const OFFSET_HOURS_MAX = 14
/** A leap second is the last of a day in UTC; offsets go by quarters of an hour. */
const QUARTER = 15

function isClock(groups: Readonly<Record<string, string | undefined>>): boolean {
  const number = (name: string) => Number(groups[name] ?? 0)
  const [hour, minute, second] = [number('hour'), number('minute'), number('second')]
  // 24:00 is midnight, at the end of a day: nothing of that day comes after it.
  if (hour === 24) return minute === 0 && second === 0 && number('fraction') === 0 && isOffset(groups)
  const secondMax = (minute + 1) % QUARTER === 0 ? 60 : 59
  return (
    isWithin(hour, 0, 23) && isWithin(minute, 0, 59) && isWithin(second, 0, secondMax) && isOffset(groups)
  )
}

function isOffset(groups: Readonly<Record<string, string | undefined>>): boolean {
  const minutes = Number(groups['offsetMinute'] ?? 0)
  const hours = Number(groups['offsetHour'] ?? 0) + minutes / 60
  const signed = groups['sign'] === '-' ? -hours : hours
  return isWithin(minutes, 0, 59) && isWithin(signed, OFFSET_HOURS_MIN, OFFSET_HOURS_MAX)
}

export function isDuration(text: string): boolean {
  return text.length <= CHARACTERS_MAX && DURATION.test(text)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** A year has 53 weeks when it begins or ends on a Thursday. */
function weeksIn(year: number): number {
  const lastWeekday = (of: number) =>
    (of + Math.floor(of / 4) - Math.floor(of / 100) + Math.floor(of / 400)) % 7
  return lastWeekday(year) === 4 || lastWeekday(year - 1) === 3 ? 53 : 52
}

function isWithin(value: number, from: number, to: number): boolean {
  return value >= from && value <= to
}
