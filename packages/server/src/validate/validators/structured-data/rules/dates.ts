// ISO 8601:2004 as the web uses it: calendar, week and ordinal dates, in the extended and the basic form, a year or a
// month alone, with or without a time of day and its offset from UTC.

const TIME = String.raw`T(?<hour>\d\d)(?::?(?<minute>\d\d)(?::?(?<second>\d\d)(?:[.,]\d{1,12})?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?`
const CALENDAR = new RegExp(`^(?<year>\\d{4})(?:-(?<month>\\d\\d)(?:-(?<day>\\d\\d)(?:${TIME})?)?)?$`)
const BASIC = new RegExp(`^(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)(?:${TIME})?$`)
const WEEK = new RegExp(`^\\d{4}-?W(?<week>\\d\\d)(?:-?[1-7](?:${TIME})?)?$`)
const ORDINAL = new RegExp(`^\\d{4}-?(?<ordinal>\\d{3})(?:${TIME})?$`)
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
    isWithin(number('week') ?? 1, 1, 53) &&
    isWithin(number('ordinal') ?? 1, 1, 366) &&
    // 24:00 is midnight, 23:59:60 a leap second.
    isWithin(number('hour') ?? 0, 0, 24) &&
    isWithin(number('minute') ?? 0, 0, 59) &&
    isWithin(number('second') ?? 0, 0, 60)
  )
}

export function isDuration(text: string): boolean {
  return text.length <= CHARACTERS_MAX && DURATION.test(text)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function isWithin(value: number, from: number, to: number): boolean {
  return value >= from && value <= to
}
