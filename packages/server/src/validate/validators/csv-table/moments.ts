import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time.ts'

/** A date, a time or both, as milliseconds that can be compared; undefined for a text that is none. */
export type ReadMoment = (text: string) => number | undefined

/** What a format of Table Schema may be made of, by the directives of strptime: a pattern, and what it is. */
const DIRECTIVES: ReadonlyMap<string, readonly [pattern: string, part: Part]> = new Map([
  ['Y', [String.raw`(\d{4})`, 'year']],
  ['y', [String.raw`(\d{2})`, 'shortYear']],
  ['m', [String.raw`(\d{1,2})`, 'month']],
  ['d', [String.raw`(\d{1,2})`, 'day']],
  ['H', [String.raw`(\d{1,2})`, 'hour']],
  ['M', [String.raw`(\d{1,2})`, 'minute']],
  ['S', [String.raw`(\d{1,2})`, 'second']],
  ['f', [String.raw`(\d{1,6})`, 'fraction']],
  ['z', [String.raw`(Z|[+-]\d{2}:?\d{2})`, 'zone']],
])

type Part = 'year' | 'shortYear' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'zone'

/** ISO 8601, as far as Table Schema asks for it. A fraction and an offset are taken too: they are what programs write. */
const DEFAULTS = {
  date: compileMoment(String.raw`(\d{4})-(\d\d)-(\d\d)`, ['year', 'month', 'day']),
  time: compileMoment(String.raw`(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?`, [
    'hour',
    'minute',
    'second',
    'fraction',
  ]),
  datetime: compileMoment(
    String.raw`(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?`,
    ['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'zone'],
  ),
}

/** How to read a cell of the type by its format, or why that cannot be a format. */
export function readMoment(
  type: 'date' | 'time' | 'datetime',
  format = 'default',
): ReadMoment | { refused: string } {
  if (format === 'default') return DEFAULTS[type]
  const parts: Part[] = []
  let pattern = ''
  for (let at = 0; at < format.length; at++) {
    const character = format[at] as string
    if (character !== '%') {
      pattern += character.replace(/[\\^$.*+?()[\]{}|]/, String.raw`\$&`)
      continue
    }
    const directive = format[++at] ?? ''
    if (directive === '%') {
      pattern += '%'
      continue
    }
    const known = DIRECTIVES.get(directive)
    if (known === undefined) return { refused: `must not have %${directive}, only ${KNOWN}` }
    pattern += known[0]
    parts.push(known[1])
  }
  if (parts.length === 0) return { refused: `must be "default", or a pattern such as %d/%m/%Y of ${KNOWN}` }
  if (new Set(parts).size < parts.length) return { refused: 'must not have a part twice' }
  return compileMoment(pattern, parts)
}

const KNOWN = [...DIRECTIVES.keys()].map((directive) => `%${directive}`).join(' ')

function compileMoment(pattern: string, parts: readonly Part[]): ReadMoment {
  const whole = new RegExp(`^${pattern}$`)
  return (text) => {
    const found = whole.exec(text)
    if (found === null) return undefined
    return momentOf(new Map(parts.map((part, index) => [part, found[index + 1]])))
  }
}

function momentOf(parts: ReadonlyMap<Part, string | undefined>): number | undefined {
  const number = (part: Part, otherwise: number) => Number(parts.get(part) ?? otherwise)
  const [month, day] = [number('month', 1), number('day', 1)]
  const [hour, minute, second] = [number('hour', 0), number('minute', 0), number('second', 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(yearOf(parts), month - 1, day)
  // A day that the month does not have would be one of the next month.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const offset = offsetOf(parts.get('zone'))
  if (offset === undefined) return undefined
  const fraction = Number(`0.${parts.get('fraction') ?? 0}`) * SECOND_MS
  return date.getTime() + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS + fraction - offset
}

/** Two digits are of 1969 to 2068, as POSIX has it. */
function yearOf(parts: ReadonlyMap<Part, string | undefined>): number {
  const short = parts.get('shortYear')
  if (short === undefined) return Number(parts.get('year') ?? 1970)
  return Number(short) + (Number(short) < 69 ? 2000 : 1900)
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours * HOUR_MS >= DAY_MS || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS)
}
