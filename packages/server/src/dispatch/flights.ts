import { wasNotSent, type AttemptReport } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import type { Webhook } from '../core/webhook.ts'
import type { Lane } from './lane.ts'
import { allowanceAfter, PACING } from './pacing.ts'
import { recordEnd } from './rate-limit.ts'
import type { Slots } from './slots.ts'
import { createSlowWatch, type SlowWatch, type Started } from './slow-watch.ts'

/** What attempts in flight do to their lanes: slots, slowness, allowance, rate limit. */
export interface Flights {
  started(lane: Lane): Started
  ended(started: Started, report: AttemptReport, webhook: Webhook): void
  stop: SlowWatch['stop']
}

export interface FlightParts {
  slots: Slots
  slotsPerWebhook: number
  clock: Clock
  /** The lane turned slow, or is no longer. */
  onTurned: (lane: Lane) => void
  /** Attempts that hang have left the slots of the others. */
  onFreed: () => void
}

export function createFlights({ slots, slotsPerWebhook, clock, onTurned, onFreed }: FlightParts): Flights {
  const watch = createSlowWatch(clock, onOverdue)

  function onOverdue(attempts: readonly Started[]): void {
    for (const { lane } of attempts) {
      lane.overdue += 1
      if (!lane.slow) turn(lane, true)
    }
    // Only now: lanes that are about to turn slow would take the slots of those that just did.
    onFreed()
  }

  function turn(lane: Lane, slow: boolean): void {
    slots.setSlow(lane, slow)
    lane.answersLate = false
    if (slow) lane.allowance = Math.min(lane.allowance, PACING.allowanceAtFirst)
    onTurned(lane)
  }

  /**
   * What was not sent says nothing of the receiver, however long it took us to find out, nor does what came to nothing while we stood
   * still: it does not leave the lane among those whose receivers hang, nor take it out from there.
   */
  function hearTime(lane: Lane, wasOverdue: boolean, saysNothing: boolean): void {
    if (wasOverdue) lane.overdue -= 1
    if (wasOverdue && !saysNothing) lane.answersLate = true
    const isInTime = saysNothing ? !lane.answersLate : !wasOverdue
    if (lane.slow && lane.overdue === 0 && isInTime) turn(lane, false)
  }

  return {
    started(lane) {
      slots.started(lane)
      return watch.started(lane)
    },
    ended(started, report, webhook) {
      const { lane, overdue } = started
      // As it is now: a limit that was set meanwhile counts it too.
      const { rateLimit } = lane.webhook ?? webhook
      const notSent = wasNotSent(report)
      const saysNothing = notSent || report.outcome === 'unknown'
      watch.ended(started)
      slots.ended(lane)
      hearTime(lane, overdue, saysNothing)
      lane.allowance = allowanceAfter(lane.allowance, report.outcome === 'delivered', slotsPerWebhook)
      // The receiver has seen nothing of what was not sent, and may have read each request of what was sent twice.
      if (rateLimit === null || notSent) return
      for (let left = Math.max(1, report.sends); left > 0; left--) {
        recordEnd(lane.recent, rateLimit, clock.monotonic())
      }
    },
    stop: () => watch.stop(),
  }
}
