import { DAY_MS, SECOND_MS } from '../core/time.ts'

/**
 * When the clocks of a time zone show a date and time of day, milliseconds; `wanted` is that time as if it were UTC. The first of
 * two when a change of the clocks brings it twice; the moment of the change when it leaves it out.
 */
export function instantOf(wanted: number, timeZone: string): number {
  const before = offsetAt(wanted - DAY_MS, timeZone)
  const after = offsetAt(wanted + DAY_MS, timeZone)
  const shown = [wanted - Math.max(before, after), wanted - Math.min(before, after)].filter(
    (instant) => offsetAt(instant, timeZone) === wanted - instant,
  )
  return shown[0] ?? changeBetween(wanted - after, wanted - before, timeZone)
}

/** What the clocks show then, as if it were UTC. */
export function shownAt(instant: number, timeZone: string): number {
  return instant + offsetAt(instant, timeZone)
}

/** The first second at which the offset is no longer that of `before`. */
function changeBetween(before: number, after: number, timeZone: string): number {
  const old = offsetAt(before, timeZone)
  let [last, first] = [before, after]
  while (first - last > SECOND_MS) {
    const middle = Math.floor((last + first) / 2 / SECOND_MS) * SECOND_MS
    if (offsetAt(middle, timeZone) === old) last = middle
    else first = middle
  }
  return first
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** How far the clocks are ahead of UTC, milliseconds; whole seconds. */
function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0
  const whole = Math.floor(instant / SECOND_MS) * SECOND_MS
  const part = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(whole)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole
}

/** There are as many as time zones. */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const numeric = 'numeric' as const
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  })
  formats.set(timeZone, format)
  return format
}
