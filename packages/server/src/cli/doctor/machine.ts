import { ok, wrong, type Check } from './check.ts'

const CLOCK_EARLIEST_MS = Date.UTC(2026, 0, 1)
const CLOCK_LATEST_MS = Date.UTC(2100, 0, 1)

/** The runtime that this very process has; bin/sealpost.js has refused an older one. */
export const checkNode: Check = async () => [ok('node', `Node.js ${process.version}`)]

/**
 * Receivers refuse a `webhook-timestamp` that is minutes off, and there is no time server to ask here; a clock that
 * was never set can still be told.
 */
export const checkClock: Check = async ({ clock }) => {
  const now = clock.now()
  const shown = new Date(now).toISOString()
  if (now > CLOCK_EARLIEST_MS && now < CLOCK_LATEST_MS) return [ok('clock', `The clock says ${shown}`)]
  return [
    wrong(
      'clock',
      `The clock says ${shown}`,
      'Set it, preferably with NTP: receivers refuse signatures with a wrong time.',
    ),
  ]
}
