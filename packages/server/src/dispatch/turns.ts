import type { Clock } from '../core/clock.ts'
import type { Alarm } from './alarm.ts'
import type { FaultPause } from './fault-pause.ts'
import { isPaused, isWelcome, nextStartOf, type Lane } from './lane.ts'
import type { Slots } from './slots.ts'
import { createTurnOrder } from './turn-order.ts'

/** Which lane starts its next delivery. Slow lanes take turns among themselves: they have slots of their own. */
export interface Turns {
  /** Asks for turns for a lane that has something ready. */
  join(lane: Lane): void
  /**
   * The next lane that may start one. A lane that may not is forgotten until it joins again: when an attempt of it ends,
   * when its rate limit allows or it has waited for a fault of ours (`alarm` rings), when it is changed.
   */
  next(): Lane | null
}

export function createTurns(
  slots: Slots,
  alarm: Alarm<string>,
  clock: Pick<Clock, 'monotonic' | 'now'>,
): Turns {
  const fast = createTurnOrder()
  const slow = createTurnOrder()
  let slowFirst = false

  // A lane that turned slow, or is no longer, may still stand in the other line.
  const mayStartFast = (lane: Lane): boolean => !lane.slow && mayStart(lane)
  const mayStartSlow = (lane: Lane): boolean => lane.slow && mayStart(lane)

  function mayStart(lane: Lane): boolean {
    const [first] = lane.ready
    if (first === undefined || lane.webhook === null || isPaused(lane) || !slots.mayStart(lane)) return false
    if (lane.fault !== null && !mayProbe(lane, lane.fault)) return false
    if (!isWelcome(lane, first, clock)) return false
    if (lane.webhook.rateLimit === null) return true
    const now = clock.monotonic()
    const startAt = nextStartOf(lane, now)
    // Infinite when an attempt has to end first.
    if (startAt > now && Number.isFinite(startAt)) alarm.set(lane.webhookId, startAt)
    return startAt <= now
  }

  function mayProbe({ webhookId, inFlight }: Lane, { until }: FaultPause): boolean {
    if (until <= clock.monotonic()) return inFlight === 0
    alarm.set(webhookId, until)
    return false
  }

  function nextFast(): Lane | null {
    return slots.hasFree(false) ? fast.next(mayStartFast) : null
  }

  function nextSlow(): Lane | null {
    return slots.hasFree(true) ? slow.next(mayStartSlow) : null
  }

  return {
    join(lane) {
      if (lane.ready.length === 0) return
      if (lane.slow) slow.join(lane)
      else fast.join(lane)
    },
    next() {
      slowFirst = !slowFirst
      return slowFirst ? (nextSlow() ?? nextFast()) : (nextFast() ?? nextSlow())
    },
  }
}
