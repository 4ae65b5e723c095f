/**
 * Time as the engine sees it. Everything that waits or stamps takes a Clock, so that a simulation can hold it;
 * this file is the only one that may touch the machine's own.
 */
export interface Clock {
  /** Wall-clock milliseconds since 1970-01-01T00:00:00Z. May step; use it for stamps, not for measuring. */
  now(): number
  /** Milliseconds from an arbitrary origin that never step back. Use it to measure durations. */
  monotonic(): number
  /**
   * Calls `action` once after at least `delayMs`; after none, when everything that waits just now has had its turn. A timer keeps the process alive until it fires or is cancelled: work
   * that waits for one must not end because nothing else happens.
   */
  after(delayMs: number, action: () => void): Timer
}

export interface Timer {
  cancel(): void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    if (delayMs <= 0) {
      // A timer would wait for a millisecond at least.
      const handle = setImmediate(action)
      return { cancel: () => clearImmediate(handle) }
    }
    // setTimeout turns anything over 2^31-1 ms into 1 ms; the callers' limits are far below, this keeps it so.
    const handle = setTimeout(action, Math.min(delayMs, 2_147_483_647))
    return { cancel: () => clearTimeout(handle) }
  },
}

/**
 * The same, but that its `monotonic` counts only the time that this thread was at work. So a limit of work is none of how busy
 * the machine is. Asking the system costs a microsecond, so it is asked once a millisecond.
 */
export function createWorkingClock(): Clock {
  let askedAt = -Infinity
  let workedMs = 0
  return {
    ...systemClock,
    monotonic() {
      const now = systemClock.monotonic()
      if (now - askedAt < 1) return workedMs
      const { user, system } = process.threadCpuUsage()
      askedAt = now
      workedMs = (user + system) / 1_000
      return workedMs
    },
  }
}

/** Lets everything else have its turn: work that goes on for long asks for it between its steps. */
export function turn(clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => void clock.after(0, resolve))
}
