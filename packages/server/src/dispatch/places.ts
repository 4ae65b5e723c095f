import type { Clock } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import type { Webhook } from '../core/webhook.ts'
import { hasBacklog, isImpeded, isPaused, learn, restEnd, startsAllowedBy, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import { fairShare, PACING } from './pacing.ts'

/**
 * The bound on what the lanes hold in memory: deliveries that are ready, and bodies until the attempt is settled. Lanes
 * that can start little (`isImpeded`) have a part of it together, so that what cannot move does not take the place of
 * what can. A place is taken before it is known what fills it: by `admit` for the commit that accepts a delivery, by
 * `reserve` for a claim.
 */
export interface Places {
  /** May a delivery accepted now be sent from memory? A yes takes a place; see `Decisions.admit`. */
  admit(webhook: Webhook, bytes: number): boolean
  /** Gives back places that `admit` took for what was not leased in the end. */
  giveBack(webhookId: string, rows: number, bytes: number): void
  /** Fills a place that `admit` took. */
  fill(lane: Lane, leased: LeasedDelivery): void
  /** Takes places for a claim; null when there is none. */
  reserve(lane: Lane, rowsMax: number): Reserved | null
  /** Takes one place beside those that the lane may have, for what goes before all that it holds, whatever its size. */
  reserveInFront(lane: Lane): Reserved | null
  unreserve(lane: Lane, reserved: Reserved): void
  /** Puts what a claim leased at the end of the line, or in front. */
  push(lane: Lane, leased: LeasedDelivery, inFront: boolean): void
  /** The next to start; its body still counts, until `settled`. */
  shift(lane: Lane): LeasedDelivery | undefined
  settled(lane: Lane, leased: LeasedDelivery): void
  /** Empties the lane; what it held is the caller's to give back. */
  clear(lane: Lane): LeasedDelivery[]
  /**
   * Counts the lane where it belongs, now that it turned slow, its webhook changed or its receiver asked for a pause.
   * Answers what it may no longer hold, which is the caller's to give back.
   */
  reclassify(lane: Lane): LeasedDelivery[]
  /** Refuses new work from now on. */
  close(): void
}

export interface Reserved {
  rows: number
  bytes: number
}

/** Ready deliveries that an impeded lane holds. */
export const IMPEDED_READY_MAX = 10
/** Bodies that one lane holds. */
export const LANE_BYTES_MAX = 8 * 1024 * 1024
/** A lane with a rate limit holds no more than may start within this time. */
export const READY_AHEAD_MS = SECOND_MS

export function createPlaces(lanes: Lanes, clock: Clock): Places {
  /** Ready and promised deliveries, with the bodies of those and of what is in flight: over all lanes, and impeded ones. */
  const held: Reserved = { rows: 0, bytes: 0 }
  const heldImpeded: Reserved = { rows: 0, bytes: 0 }
  let closed = false

  function count(lane: Lane, rows: number, bytes: number): void {
    held.rows += rows
    held.bytes += bytes
    lane.bytes += bytes
    if (!lane.impeded) return
    heldImpeded.rows += rows
    heldImpeded.bytes += bytes
  }

  function rowsOf(lane: Lane): number {
    return lane.ready.length + lane.reserved
  }

  function roomForRows(lane: Lane): number {
    return Math.min(shareOfRows(lane), allowedSoon(lane)) - rowsOf(lane)
  }

  /** Only lanes with a limit need to know the time. */
  function allowedSoon(lane: Lane): number {
    if (lane.webhook?.rateLimit == null) return Number.POSITIVE_INFINITY
    return startsAllowedBy(lane, clock.monotonic() + READY_AHEAD_MS)
  }

  function shareOfRows(lane: Lane): number {
    const { readyMax, laneReadyMax } = LIMITS
    const whole = lane.impeded ? readyMax * PACING.slowShare : readyMax
    const free = Math.min(whole - (lane.impeded ? heldImpeded : held).rows, readyMax - held.rows)
    return fairShare(lane.impeded ? IMPEDED_READY_MAX : laneReadyMax, free, whole)
  }

  /** One body at least, whatever its size, for a lane that holds nothing. */
  function roomForBytes(lane: Lane): number {
    const { readyBytesMax } = LIMITS
    const whole = lane.impeded ? readyBytesMax * PACING.slowShare : readyBytesMax
    const free = Math.min(whole - (lane.impeded ? heldImpeded : held).bytes, readyBytesMax - held.bytes)
    const room = fairShare(LANE_BYTES_MAX, free, whole) - lane.bytes
    return lane.bytes === 0 && free > 0 ? Math.max(room, LIMITS.requestBytesMax) : room
  }

  function classify(lane: Lane): void {
    const impeded = isImpeded(lane)
    if (impeded === lane.impeded) return
    const sign = impeded ? 1 : -1
    lane.impeded = impeded
    heldImpeded.rows += sign * rowsOf(lane)
    heldImpeded.bytes += sign * lane.bytes
  }

  function takeFrom(lane: Lane, index: number): LeasedDelivery[] {
    if (lane.ready.length <= index) return []
    const taken = lane.ready.splice(index)
    for (const { event } of taken) count(lane, -1, -event.body.length)
    return taken
  }

  /** What its receiver does not want now only takes the place of others. */
  function takeUnwanted(lane: Lane): LeasedDelivery[] {
    const ready = lane.ready.splice(0)
    const { wanted = [], unwanted = [] } = Object.groupBy(ready, ({ delivery }) =>
      lane.byHand.has(delivery.id) ? 'wanted' : 'unwanted',
    )
    lane.ready.push(...wanted)
    for (const { event } of unwanted) count(lane, -1, -event.body.length)
    return unwanted
  }

  function take(lane: Lane, rows: number, room: number): Reserved | null {
    const bytes = Math.min(LIMITS.claimBytesMax, room)
    if (closed || rows <= 0 || bytes <= 0) return null
    lane.reserved += rows
    count(lane, rows, bytes)
    return { rows, bytes }
  }

  return {
    admit(webhook, bytes) {
      if (closed) return false
      const lane = lanes.of(webhook.id, webhook.organizationId)
      learn(lane, webhook)
      classify(lane)
      if (isPaused(lane) || restEnd(lane, clock) !== null || hasBacklog(lane, clock)) return false
      if (roomForRows(lane) <= 0 || roomForBytes(lane) < bytes) return false
      lane.reserved += 1
      lane.changesAtAdmission = lane.changes
      count(lane, 1, bytes)
      return true
    },
    giveBack(webhookId, rows, bytes) {
      const lane = lanes.get(webhookId)
      if (lane === undefined) return
      lane.reserved -= rows
      count(lane, -rows, -bytes)
      lanes.dropIfIdle(lane)
    },
    fill(lane, leased) {
      lane.reserved -= 1
      lane.ready.push(leased)
    },
    reserve: (lane, rowsMax) => take(lane, Math.min(rowsMax, roomForRows(lane)), roomForBytes(lane)),
    reserveInFront: (lane) => take(lane, Math.min(1, shareOfRows(lane)), 1),
    unreserve(lane, { rows, bytes }) {
      lane.reserved -= rows
      count(lane, -rows, -bytes)
    },
    push(lane, leased, inFront) {
      if (inFront) lane.ready.unshift(leased)
      else lane.ready.push(leased)
      count(lane, 1, leased.event.body.length)
    },
    shift(lane) {
      const leased = lane.ready.shift()
      if (leased !== undefined) count(lane, -1, 0)
      return leased
    },
    settled(lane, { event }) {
      count(lane, 0, -event.body.length)
    },
    clear: (lane) => takeFrom(lane, 0),
    reclassify(lane) {
      classify(lane)
      if (restEnd(lane, clock) !== null) return takeUnwanted(lane)
      const crowded = heldImpeded.rows > LIMITS.readyMax * PACING.slowShare
      const kept = lane.impeded && crowded ? IMPEDED_READY_MAX : Number.POSITIVE_INFINITY
      return takeFrom(lane, Math.min(kept, allowedSoon(lane)))
    },
    close() {
      closed = true
    },
  }
}
