import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { isLive, type Webhook } from '../core/webhook.ts'
import type { GroupCommit } from '../store/group-commit.ts'
import type { ClaimOutcome, LaneClaim, LaneWork } from '../store/work.ts'
import { createAlarm } from './alarm.ts'
import {
  hasBacklog,
  isPaused,
  learn,
  nextStartOf,
  noteDue,
  restEnd,
  startsAllowedBy,
  type Lane,
} from './lane.ts'
import type { Lanes } from './lanes.ts'
import type { FrontRunner } from './front-runner.ts'
import { isOpen } from './pacing.ts'
import { IMPEDED_READY_MAX, READY_AHEAD_MS, type Places, type Reserved } from './places.ts'

/**
 * Work that waits in the store: retries until they are due, and what found no room in memory. Knows for each lane when
 * the next of it is due, and claims it into the lane when there is need and room.
 */
export interface Backlog {
  /** The store holds work of this lane, due at `dueAt`. */
  note(lane: Lane, dueAt: number): void
  /** Claims what is due if the lane runs low. */
  refill(lane: Lane): void
  /** Tries again the lanes that found no room; call when some became free. */
  refillHungry(): void
  start(): Promise<void>
  /** Claims nothing more; resolves when the claims under way have been answered, and what they leased given back. */
  stop(): Promise<void>
}

export interface BacklogParts {
  lanes: Lanes
  places: Places
  commit: Pick<GroupCommit, 'claim' | 'release'>
  clock: Clock
  findLanes: () => Promise<LaneWork[]>
  findWebhook: (id: string) => Promise<Webhook | null>
  /** A lane is asked for more once it holds no more than this. */
  lowWater: number
  /** The lane has something to start, or knows its webhook only now. */
  onReady: (lane: Lane) => void
  /** The lane's rate limit lets it start something at that time, monotonic milliseconds: refill it a little before. */
  wakeAt: (lane: Lane, time: number) => void
  onError: (error: unknown, doing: string) => void
}

/** A delivery that is claimed before its turn: sent again by hand, or furthest in its schedule. */
type Ahead =
  { deliveryId: string; frontRunner?: undefined } | { frontRunner: FrontRunner; deliveryId?: undefined }

function askedFor(ahead: Ahead | null): Pick<LaneClaim, 'deliveryId' | 'dueFrom'> {
  if (ahead === null) return {}
  const { deliveryId, frontRunner } = ahead
  return deliveryId === undefined ? { dueFrom: frontRunner.dueAt } : { deliveryId }
}

/** After a claim that failed, how long until the next. */
const CLAIM_RETRY_MS = 1_000

export function createBacklog(parts: BacklogParts): Backlog {
  const { lanes, places, commit, clock, onError } = parts
  const due = createAlarm<string>(clock, () => clock.now(), onDue)
  /** Lanes that found no room, in the order of asking; those that share the smaller part of memory stand apart. */
  const hungry = { all: new Set<Lane>(), impeded: new Set<Lane>() }
  /** Claims and reads that have not been answered yet. */
  const underWay = new Set<Promise<void>>()
  let sweepTimer: Timer | null = null
  let stopped = false

  function note(lane: Lane, dueAt: number): void {
    if (stopped || lane.stopped) return
    noteDue(lane, dueAt)
    if (dueAt <= clock.now()) refill(lane)
    else due.set(lane.webhookId, dueAt)
  }

  function onDue(webhookId: string): void {
    const lane = lanes.get(webhookId)
    if (lane === undefined) return
    refill(lane)
    // What is due later was not put into the alarm while an earlier time stood there.
    for (const dueAt of [lane.nextDueAt, lane.frontRunner?.dueAt ?? null]) {
      if (dueAt !== null && dueAt > clock.now()) due.set(webhookId, dueAt)
    }
  }

  function refill(lane: Lane): void {
    if (stopped || isPaused(lane) || lane.claiming) return
    const ahead = aheadOf(lane)
    if (ahead === null && !needsMore(lane)) return
    if (lane.webhook === null) {
      track(learnWebhook(lane))
      return
    }
    const reserved = ahead === null ? places.reserve(lane, LIMITS.claimRowsMax) : places.reserveInFront(lane)
    if (reserved === null) {
      waitForRoom(lane)
      return
    }
    hungry.all.delete(lane)
    hungry.impeded.delete(lane)
    track(claim(lane, reserved, ahead))
  }

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
  }

  /** Whether to claim what is due: not while it may not start. Then the alarm rings when it may. */
  function needsMore(lane: Lane): boolean {
    const restsUntil = restEnd(lane, clock)
    if (restsUntil === null) return isLow(lane) && hasBacklog(lane, clock)
    if (lane.nextDueAt !== null) due.set(lane.webhookId, Math.max(lane.nextDueAt, restsUntil))
    return false
  }

  /** What goes before all that the lane holds, and is claimed by itself. */
  function aheadOf(lane: Lane): Ahead | null {
    const [deliveryId] = lane.wanted
    if (deliveryId !== undefined) return { deliveryId }
    const frontRunner = dueFrontRunner(lane)
    return frontRunner === null || restEnd(lane, clock) !== null ? null : { frontRunner }
  }

  /** While the breaker lets one attempt start at a time, the delivery that goes before the others. */
  function dueFrontRunner({ frontRunner, webhook }: Lane): FrontRunner | null {
    return frontRunner !== null && isOpen(webhook) && frontRunner.dueAt <= clock.now() ? frontRunner : null
  }

  function isLow({ ready, impeded }: Lane): boolean {
    return ready.length <= (impeded ? Math.min(parts.lowWater, IMPEDED_READY_MAX / 2) : parts.lowWater)
  }

  function waitForRoom(lane: Lane): void {
    const now = clock.monotonic()
    const allowed = startsAllowedBy(lane, now + READY_AHEAD_MS)
    if (allowed > lane.ready.length + lane.reserved) {
      const waiting = lane.impeded ? hungry.impeded : hungry.all
      waiting.add(lane)
    } else if (allowed === 0) {
      // Infinite when an attempt has to end first; its end asks again, as does that of what the lane holds.
      const startAt = nextStartOf(lane, now)
      if (Number.isFinite(startAt)) parts.wakeAt(lane, startAt - READY_AHEAD_MS)
    }
  }

  /** How much a lane may hold depends on its webhook, so this comes before the claim. */
  async function learnWebhook(lane: Lane): Promise<void> {
    const { changes } = lane
    lane.claiming = true
    const webhook = await parts.findWebhook(lane.webhookId).catch((error: unknown) => {
      onError(error, 'reading a webhook')
      due.set(lane.webhookId, clock.now() + CLAIM_RETRY_MS)
      return undefined
    })
    lane.claiming = false
    if (webhook === null) lane.nextDueAt = null
    // What was read while it was being changed may be what it was before.
    else if (webhook !== undefined && lane.changes === changes) learn(lane, webhook)
    if (webhook !== undefined) refill(lane)
    parts.onReady(lane)
    lanes.dropIfIdle(lane)
  }

  async function claim(lane: Lane, reserved: Reserved, ahead: Ahead | null): Promise<void> {
    const { changes } = lane
    lane.claiming = true
    lane.nextDueAt = null // the claim answers with the new one; what is noted meanwhile is kept
    const { rows: limit, bytes: bytesMax } = reserved
    const outcome = await commit
      .claim({ webhookId: lane.webhookId, limit, bytesMax, ...askedFor(ahead) })
      .catch((error: unknown) => {
        onError(error, 'claiming due deliveries')
        return null
      })
    places.unreserve(lane, reserved)
    lane.claiming = false
    if (outcome === null) note(lane, clock.now() + CLAIM_RETRY_MS)
    else if (changes === lane.changes) take(lane, outcome, ahead)
    else claimAgain(lane, outcome)
    lanes.dropIfIdle(lane)
    // Places are reserved for as many as may come; those that did not come are free again.
    refillHungry()
  }

  function take(lane: Lane, outcome: ClaimOutcome, ahead: Ahead | null): void {
    // The webhook was stopped while the claim was under way: nothing of it may start.
    if (stopped || lane.stopped || lane.webhook === null || !isLive(lane.webhook)) {
      void commit.release(outcome.leased)
      return
    }
    // One that is not due any more has been sent, or has ended.
    if (ahead?.deliveryId !== undefined) lane.wanted.delete(ahead.deliveryId)
    for (const item of outcome.leased) {
      const { id } = item.delivery
      if (lane.wanted.delete(id) || id === ahead?.deliveryId) lane.byHand.add(id)
      places.push(lane, item, ahead !== null || id === lane.frontRunner?.deliveryId)
    }
    if (ahead?.frontRunner !== undefined && lane.frontRunner === ahead.frontRunner) lane.frontRunner = null
    if (outcome.nextDueAt !== null) noteDue(lane, outcome.nextDueAt)
    // What was noted while the claim was under way may have come after its look into the store.
    if (lane.nextDueAt !== null) note(lane, lane.nextDueAt)
    if (lane.wanted.size > 0) refill(lane)
    parts.onReady(lane)
  }

  /** A change has begun since the claim was asked for, and may have taken back what it leased. */
  function claimAgain(lane: Lane, { leased }: ClaimOutcome): void {
    void commit.release(leased)
    note(lane, clock.now())
  }

  function refillHungry(): void {
    if (hungry.all.size > 0) refillFirst(hungry.all)
    if (hungry.impeded.size > 0) refillFirst(hungry.impeded)
  }

  /** Each lane gets one try: one that finds no room again puts itself back, at the end. */
  function refillFirst(waiting: Set<Lane>): void {
    let tries = waiting.size
    for (const lane of waiting) {
      if (tries-- === 0) return
      waiting.delete(lane)
      refill(lane)
      if (waiting.has(lane)) return
    }
  }

  /** What an error path, or another process, left in the store unnoticed is found here. */
  async function sweep(): Promise<void> {
    for (const work of await parts.findLanes()) {
      note(lanes.of(work.webhookId, work.organizationId), work.nextDueAt)
    }
  }

  function sweepLater(): void {
    if (stopped) return
    sweepTimer = clock.after(LIMITS.sweepMs, () => {
      void sweep()
        .catch((error: unknown) => onError(error, 'looking for waiting deliveries'))
        .then(sweepLater)
    })
  }

  return {
    note,
    refill,
    refillHungry,
    async start() {
      await sweep()
      sweepLater()
    },
    async stop() {
      stopped = true
      due.stop()
      sweepTimer?.cancel()
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
