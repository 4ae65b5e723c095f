/** The last millisecond that a Date can hold, either way of the epoch: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const DATE_MS_MAX = 8.64e15

/**
 * Milliseconds since the epoch → ISO 8601 in UTC; whole seconds are written without a fraction, as both seeds do.
 * A time that no Date can hold is shown as the nearest that one can, so that one such row does not keep a list from
 * being shown.
 */
export function isoTime(ms: number): string {
  if (ms !== lastTime.ms) {
    const date = new Date(Math.min(Math.max(ms, -DATE_MS_MAX), DATE_MS_MAX))
    lastTime = { ms, text: date.toISOString().replace('.000Z', 'Z') }
  }
  return lastTime.text
}

/** Under load the same time is written again and again: in events, in their answers. */
let lastTime = { ms: 0, text: '1970-01-01T00:00:00Z' }

export function isoTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms)
}

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
