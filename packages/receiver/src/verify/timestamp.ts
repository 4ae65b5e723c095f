import type { Settings } from './options.ts'
import { refuse, type Refused } from './result.ts'

/** Above this, seconds would lie beyond the year 5100: someone wrote milliseconds. */
const MILLISECONDS_FROM = 100_000_000_000

/** Refuses a time further from the clock than the tolerance, in either direction; exactly at the tolerance passes. */
export function refuseStaleTimestamp(timestamp: number, settings: Settings): Refused | null {
  const { toleranceSeconds } = settings
  const ageSeconds = Math.floor(settings.now()) - timestamp
  // Not `ageSeconds > toleranceSeconds`: a clock that answers NaN must not let everything pass.
  if (Math.abs(ageSeconds) <= toleranceSeconds) return null
  const far = `${Math.abs(ageSeconds)} s ${ageSeconds < 0 ? 'ahead of' : 'behind'} this machine's clock`
  const detail = `webhook-timestamp is ${far}; ${toleranceSeconds} s are tolerated.`
  if (ageSeconds >= 0) {
    return refuse(
      'timestamp_too_old',
      `${detail} A replay, a request kept in a queue, or a clock that is off.`,
    )
  }
  const units =
    timestamp >= MILLISECONDS_FROM ? ' It looks like milliseconds; the header counts seconds.' : ''
  return refuse('timestamp_too_new', `${detail} Compare both clocks with NTP.${units}`)
}
