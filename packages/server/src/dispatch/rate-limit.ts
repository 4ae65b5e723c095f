import type { RateLimit } from '../core/webhook.ts'
import { SECOND_MS } from '../core/time.ts'

/**
 * A webhook's rate limit: at most `requests` in any `seconds`, in a burst if they come so.
 *
 * An attempt counts from its start until `seconds` after its end. When it reached the receiver lies somewhere between
 * the two (a connection may have had to be made first), so only then is it sure that the receiver saw it so long ago:
 * what counts is the receiver's own reckoning. All times are monotonic milliseconds.
 */

/** Attempts that ended not long ago, oldest first: `count` of them, the last one `at`. */
export type RecentEnds = { at: number; count: number }[]

/** Beyond so many entries, attempts share one and count until the last of them no longer does. */
export const RECENT_ENTRIES_MAX = 64

export function recordEnd(recent: RecentEnds, limit: RateLimit, now: number): void {
  let outdated = 0
  while (outdated < recent.length && expiryOf(recent[outdated], limit) <= now) outdated += 1
  if (outdated > 0) recent.splice(0, outdated)
  const last = recent.at(-1)
  const full = recent.length >= RECENT_ENTRIES_MAX
  if (last !== undefined && (full || last.count < Math.ceil(limit.requests / RECENT_ENTRIES_MAX))) {
    last.at = now
    last.count += 1
  } else {
    recent.push({ at: now, count: 1 })
  }
}

/** How many attempts could start by `time` if none of those in flight ended before. */
export function startsBy(recent: RecentEnds, limit: RateLimit, inFlight: number, time: number): number {
  let counted = inFlight
  for (const entry of recent) if (expiryOf(entry, limit) > time) counted += entry.count
  return Math.max(0, limit.requests - counted)
}

/** When the next attempt may start; infinite when one in flight has to end first. */
export function nextStartAt(recent: RecentEnds, limit: RateLimit, inFlight: number, now: number): number {
  let counted = recent.reduce((sum, { count }) => sum + count, inFlight)
  let time = now
  for (const entry of recent) {
    if (counted < limit.requests) return time
    time = Math.max(time, expiryOf(entry, limit))
    counted -= entry.count
  }
  return counted < limit.requests ? time : Number.POSITIVE_INFINITY
}

function expiryOf(entry: RecentEnds[number] | undefined, limit: RateLimit): number {
  return entry === undefined ? Number.POSITIVE_INFINITY : entry.at + limit.seconds * SECOND_MS
}
