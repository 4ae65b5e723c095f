import type { Clock } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'
import { createLane, hasBacklog, isIdle, isPaused, roomIn, type Lane } from './lane.ts'

/** Every lane that has work, and the bound on what all of them hold in memory. */
export interface Lanes {
  get(webhookId: string): Lane | undefined
  /** The lane of a webhook, made when there is none. */
  of(webhookId: string, organizationId: number): Lane
  /** May a delivery accepted now be sent from memory? A yes takes a place; see `Decisions.admit`. */
  admit(webhook: Webhook): boolean
  giveBack(webhookId: string): void
  /** Takes up to `places` for a claim; answers how many there were. */
  reserve(lane: Lane, places: number): number
  unreserve(lane: Lane, places: number): void
  push(lane: Lane, leased: LeasedDelivery): void
  shift(lane: Lane): LeasedDelivery | undefined
  /** Empties the lane; what it held is the caller's to give back. */
  clear(lane: Lane): LeasedDelivery[]
  /** Forgets the lane when it has nothing left to do. */
  dropIfIdle(lane: Lane): void
  all(): Iterable<Lane>
  /** Refuses new work from now on. */
  close(): void
}

export function createLanes(clock: Clock): Lanes {
  const lanes = new Map<string, Lane>()
  /** Ready and reserved deliveries over all lanes. */
  let held = 0
  let closed = false

  function of(webhookId: string, organizationId: number): Lane {
    let lane = lanes.get(webhookId)
    if (lane === undefined) {
      lane = createLane(webhookId, organizationId)
      lanes.set(webhookId, lane)
    }
    return lane
  }

  function dropIfIdle(lane: Lane): void {
    if (isIdle(lane)) lanes.delete(lane.webhookId)
  }

  return {
    get: (webhookId) => lanes.get(webhookId),
    of,
    admit(webhook) {
      if (closed || held >= LIMITS.readyMax) return false
      const lane = of(webhook.id, webhook.organizationId)
      if (isPaused(lane) || roomIn(lane) <= 0 || hasBacklog(lane, clock.now())) return false
      lane.webhook = webhook
      lane.reserved += 1
      held += 1
      return true
    },
    giveBack(webhookId) {
      const lane = lanes.get(webhookId)
      if (lane === undefined) return
      lane.reserved -= 1
      held -= 1
      dropIfIdle(lane)
    },
    reserve(lane, places) {
      const granted = closed ? 0 : Math.max(0, Math.min(places, roomIn(lane), LIMITS.readyMax - held))
      lane.reserved += granted
      held += granted
      return granted
    },
    unreserve(lane, places) {
      lane.reserved -= places
      held -= places
    },
    push(lane, leased) {
      lane.ready.push(leased)
      held += 1
    },
    shift(lane) {
      const leased = lane.ready.shift()
      if (leased !== undefined) held -= 1
      return leased
    },
    clear(lane) {
      held -= lane.ready.length
      return lane.ready.splice(0)
    },
    dropIfIdle,
    all: () => lanes.values(),
    close() {
      closed = true
    },
  }
}
