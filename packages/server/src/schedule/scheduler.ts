import type { Clock, Timer } from '../core/clock.ts'
import { Problem, type ProblemCode } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Run } from '../core/run.ts'
import type { MonitorStore, PlannedMonitor, SlotTaken } from '../store/store.ts'
import { createFollowing } from './following.ts'
import { nextRunAt } from './next-run.ts'
import { slotKey } from './slot-key.ts'
import type { StartRun } from './start-run.ts'

/**
 * Starts the runs of monitors whose slot has come. Sleeps until the first one's, takes what is due in batches of no more
 * than it may have under way, and moves each monitor on to its first slot after now: slots that passed while no server
 * ran are made up for by one run. A monitor whose last run has not ended lets its slot pass. What the server or its store
 * cannot take now keeps its slot, and is tried again a little later.
 */
export interface Scheduler {
  start(): void
  /** A monitor was made or changed: its slot may be the first one now. */
  wake(): void
  /** Starts nothing more; resolves when what was being started has been. Safe to call twice. */
  stop(): Promise<void>
}

export interface SchedulerParts {
  monitors: Pick<MonitorStore, 'due' | 'earliest' | 'advance'>
  startRun: StartRun
  /** Waits for the end of a run, but no longer than `LIMITS.monitorFollowMs`: true once it has ended. */
  hasEnded: (run: Run) => Promise<boolean>
  clock: Clock
  onError: (error: unknown, doing: string) => void
}

/** Refusals that say nothing of the monitor. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'overloaded',
  'shutting_down',
  'store_unavailable',
  'store_full',
])

const UNPLANNED = 'Its schedule names no time any more. Give it another schedule or time zone.'

/** For its owner. What is no `Problem` is a fault of ours, and nobody else's business. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'The run could not be started. The server log says why.'
  const reason = error.errors[0]?.message
  // What is said of a field goes on from its name.
  return error.code === 'url_not_allowed' && reason !== undefined
    ? `The URL is not allowed: ${reason}.`
    : error.message
}

export function createScheduler(parts: SchedulerParts): Scheduler {
  const { monitors, clock } = parts
  const following = createFollowing({ ...parts, onPlace: wake })
  let round: Promise<void> | null = null
  let timer: Timer | null = null
  /** Asked to look while a round was under way, which may have looked already. */
  let wanted = false
  let retryMs: number = LIMITS.monitorRetryMsMin
  let isResting = false
  let started = false
  let stopped = false

  function wake(): void {
    if (round !== null) wanted = true
    else if (started && !isResting) look()
  }

  function look(): void {
    timer?.cancel()
    timer = null
    isResting = false
    if (stopped) return
    round = takeDue()
      .catch((error: unknown) => {
        parts.onError(error, 'looking for monitors that are due')
        return rest()
      })
      .then((delayMs) => {
        round = null
        const delay = wanted && !isResting ? 0 : delayMs
        wanted = false
        if (!stopped) timer = clock.after(delay, look)
      })
  }

  /** Answers how long nothing is to be done. */
  async function takeDue(): Promise<number> {
    const places = following.places
    const due = places === 0 ? [] : await monitors.due(clock.now(), places, following.full)
    // The others stay due.
    const chosen = following.withinShares(due)
    const taken = await Promise.all(chosen.map(takeSlot))
    if (taken.includes(false)) return rest()
    retryMs = LIMITS.monitorRetryMsMin
    // Whoever gives a place free wakes us.
    if (following.places === 0) return LIMITS.monitorLookMsMax
    if (chosen.length < due.length) return 0
    const earliest = await monitors.earliest(following.full)
    const waitMs = earliest === null ? LIMITS.monitorLookMsMax : earliest - clock.now()
    return Math.min(Math.max(waitMs, 0), LIMITS.monitorLookMsMax)
  }

  function rest(): number {
    isResting = true
    const restMs = retryMs
    retryMs = Math.min(2 * retryMs, LIMITS.monitorRetryMsMax)
    return restMs
  }

  /** False when the slot is to be tried again. */
  async function takeSlot(monitor: PlannedMonitor): Promise<boolean> {
    const { organizationId, id, nextRunAt: slot } = monitor
    const moveOn = (runId: string | null, refusal: string | null = null): Promise<boolean> => {
      const { to, error } = slotAfter(monitor)
      return monitors.advance(organizationId, id, {
        from: slot,
        to,
        runId,
        error: error ?? refusal,
        now: clock.now(),
      })
    }
    if (stopped) return true
    try {
      const answer = await parts.startRun(monitor, {
        idempotency: slotKey(id, slot),
        isWanted: ({ enabled, nextRunAt: current }) => enabled && current === slot,
        record: (run) => {
          following.follow(run)
          return moveOn(run.id)
        },
      })
      if (answer.outcome === 'under_way') await moveOn(null)
      return true
    } catch (error) {
      if (error instanceof Problem && PASSING.has(error.code)) return false
      parts.onError(error, `starting a run of monitor ${id}`)
      return letPass(() => moveOn(null, reasonOf(error)))
    }
  }

  function slotAfter(monitor: PlannedMonitor): Pick<SlotTaken, 'to' | 'error'> {
    try {
      // After a step back of the clock `now` may lie before a slot that is done with.
      const to = nextRunAt(monitor, Math.max(monitor.nextRunAt, clock.now()))
      return { to, error: to === null ? UNPLANNED : null }
    } catch (error) {
      // Its schedule was fit when it was made: a time zone that this Node does not know any more, for one.
      parts.onError(error, `planning monitor ${monitor.id}`)
      return { to: null, error: UNPLANNED }
    }
  }

  /** A monitor that cannot be run must not stand before the others for ever. */
  async function letPass(moveOn: () => Promise<boolean>): Promise<boolean> {
    try {
      await moveOn()
      return true
    } catch (error) {
      parts.onError(error, 'letting a slot pass')
      return false
    }
  }

  return {
    start() {
      started = true
      look()
    },
    wake,
    async stop() {
      stopped = true
      timer?.cancel()
      following.stop()
      await round
    },
  }
}
