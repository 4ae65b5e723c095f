import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts'

const UNITS: readonly (readonly [string, number])[] = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
  ['ms', 1],
]

/** Milliseconds of `30d`, `12h`, `5m`, `10s` or `250ms`; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9}) ?(d|h|m|s|ms)$/.exec(text.trim())
  if (!match) return null
  const unit = UNITS.find(([name]) => name === match[2])
  return unit ? Number(match[1]) * unit[1] : null
}

/** The shortest of those forms, e.g. `30d`. */
export function formatDuration(ms: number): string {
  const [name, unitMs] = UNITS.find(([, candidateMs]) => ms > 0 && ms % candidateMs === 0) ?? ['ms', 1]
  return `${ms / unitMs}${name}`
}
