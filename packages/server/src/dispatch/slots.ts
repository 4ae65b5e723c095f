import type { Lane } from './lane.ts'
import { fairShare, isOpen, PACING } from './pacing.ts'

/**
 * Who may have how many attempts in flight. All lanes share the slots; slow ones share a part of them, and theirs do not
 * count among those of the others: attempts that hang leave the slots as soon as their lane turns slow, so that they
 * cannot fill them for the length of their deadline. Sockets stay bounded: twice the slots, or `PACING.overflowMin` more.
 */
export interface Slots {
  /** Whether anything may start, of slow lanes or of the others. */
  hasFree(slow: boolean): boolean
  /** Whether the lane may have one more in flight. */
  mayStart(lane: Lane): boolean
  started(lane: Lane): void
  ended(lane: Lane): void
  /** Makes the lane slow or no longer so: what it has in flight is counted on the other side. */
  setSlow(lane: Lane, slow: boolean): void
}

export function createSlots(slots: number, slotsPerWebhook: number): Slots {
  const slowSlots = Math.max(1, Math.floor(slots * PACING.slowShare))
  const inFlightMax = slots + Math.max(slots, PACING.overflowMin)
  let inFlight = 0
  let slowInFlight = 0

  function freeFor(slow: boolean): number {
    const free = slow ? slowSlots - slowInFlight : slots - (inFlight - slowInFlight)
    return Math.min(free, inFlightMax - inFlight)
  }

  return {
    hasFree: (slow) => freeFor(slow) > 0,
    mayStart(lane) {
      const free = freeFor(lane.slow)
      if (free <= 0 || lane.inFlight === 0) return free > 0
      if (isOpen(lane.webhook) || lane.inFlight >= lane.allowance) return false
      return lane.inFlight < fairShare(slotsPerWebhook, free, lane.slow ? slowSlots : slots)
    },
    started(lane) {
      lane.inFlight += 1
      inFlight += 1
      if (lane.slow) slowInFlight += 1
    },
    ended(lane) {
      lane.inFlight -= 1
      inFlight -= 1
      if (lane.slow) slowInFlight -= 1
    },
    setSlow(lane, slow) {
      if (lane.slow === slow) return
      lane.slow = slow
      slowInFlight += slow ? lane.inFlight : -lane.inFlight
    },
  }
}
