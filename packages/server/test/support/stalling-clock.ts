import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** Virtual time in which a process may stand still: timers that were due meanwhile come late, when time is advanced again. */
export interface StallingClock extends VirtualClock {
  standStill(ms: number): void
}

export function createStallingClock(): StallingClock {
  const clock = createVirtualClock()
  let stoodMs = 0
  return {
    ...clock,
    now: () => clock.now() + stoodMs,
    monotonic: () => clock.monotonic() + stoodMs,
    // By the clock below, a timer that is set before a standstill has as long to go as before it.
    after: (delayMs, action) => clock.after(delayMs, action),
    standStill(ms) {
      stoodMs += ms
    },
  }
}
