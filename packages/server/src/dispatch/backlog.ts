import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { isLive, type Webhook } from '../core/webhook.ts'
import type { GroupCommit } from '../store/group-commit.ts'
import type { ClaimOutcome, LaneWork } from '../store/work.ts'
import { createDueQueue } from './due-queue.ts'
import { hasBacklog, isPaused, noteDue, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'

/**
 * Work that waits in the store: retries until they are due, and what found no room in memory. Knows for each lane when
 * the next of it is due, and claims it into the lane when there is need and room.
 */
export interface Backlog {
  /** The store holds work of this lane, due at `dueAt`. */
  note(lane: Lane, dueAt: number | null): void
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
  commit: Pick<GroupCommit, 'claim' | 'release'>
  clock: Clock
  findLanes: () => Promise<LaneWork[]>
  findWebhook: (id: string) => Promise<Webhook | null>
  /** A lane is asked for more once it holds no more than this. */
  lowWater: number
  onReady: (lane: Lane) => void
  onError: (error: unknown, doing: string) => void
}

/** After a claim that failed, how long until the next. */
const CLAIM_RETRY_MS = 1_000

export function createBacklog(parts: BacklogParts): Backlog {
  const { lanes, commit, clock, onError } = parts
  const due = createDueQueue<string>()
  /** The earliest entry of each webhook in `due`: a later one adds nothing, and must not pile up. */
  const queuedAt = new Map<string, number>()
  const hungry = new Set<Lane>()
  const claims = new Set<Promise<void>>()
  let timer: Timer | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let sweepTimer: Timer | null = null
  let stopped = false

  function note(lane: Lane, dueAt: number | null): void {
    if (dueAt === null || stopped) return
    noteDue(lane, dueAt)
    if (dueAt <= clock.now()) refill(lane)
    else queue(lane.webhookId, dueAt)
  }

  function queue(webhookId: string, dueAt: number): void {
    if ((queuedAt.get(webhookId) ?? Number.POSITIVE_INFINITY) <= dueAt) return
    queuedAt.set(webhookId, dueAt)
    due.add(dueAt, webhookId)
    arm()
  }

  function arm(): void {
    const earliest = due.earliest()
    if (earliest === null || earliest >= timerAt || stopped) return
    timer?.cancel()
    timerAt = earliest
    timer = clock.after(Math.max(0, earliest - clock.now()), wake)
  }

  function wake(): void {
    timer = null
    timerAt = Number.POSITIVE_INFINITY
    const now = clock.now()
    for (let id = due.takeDue(now); id !== null; id = due.takeDue(now)) {
      if ((queuedAt.get(id) ?? Number.POSITIVE_INFINITY) <= now) queuedAt.delete(id)
      const lane = lanes.get(id)
      if (lane === undefined) continue
      refill(lane)
      // What is due later was not queued while this entry stood before it.
      if (lane.nextDueAt !== null && lane.nextDueAt > now) queue(id, lane.nextDueAt)
    }
    arm()
  }

  function refill(lane: Lane): void {
    if (stopped || isPaused(lane) || lane.claiming || lane.ready.length > parts.lowWater) return
    if (!hasBacklog(lane, clock.now())) return
    const places = lanes.reserve(lane, LIMITS.claimRowsMax)
    if (places === 0) {
      hungry.add(lane)
      return
    }
    hungry.delete(lane)
    const claimed = claim(lane, places).finally(() => claims.delete(claimed))
    claims.add(claimed)
  }

  async function claim(lane: Lane, places: number): Promise<void> {
    let outcome: ClaimOutcome | null = null
    lane.claiming = true
    lane.nextDueAt = null // the claim answers with the new one; what is noted meanwhile is kept
    try {
      outcome = await commit.claim({ webhookId: lane.webhookId, limit: places })
      lane.webhook ??= await parts.findWebhook(lane.webhookId)
      lanes.unreserve(lane, places)
      lane.claiming = false
      await take(lane, outcome)
    } catch (error) {
      lanes.unreserve(lane, places)
      lane.claiming = false
      onError(error, 'claiming due deliveries')
      if (outcome !== null) await commit.release(outcome.leased)
      note(lane, clock.now() + CLAIM_RETRY_MS)
    }
    lanes.dropIfIdle(lane)
    // Places are reserved for as many as may come; those that did not come are free again.
    refillHungry()
  }

  async function take(lane: Lane, outcome: ClaimOutcome): Promise<void> {
    // The webhook was stopped while the claim was under way: nothing of it may start.
    if (stopped || lane.stopped || lane.webhook === null || !isLive(lane.webhook)) {
      await commit.release(outcome.leased)
      return
    }
    for (const item of outcome.leased) lanes.push(lane, item)
    note(lane, outcome.nextDueAt)
    if (outcome.leased.length > 0) parts.onReady(lane)
  }

  /** Each lane gets one try: one that finds no room again puts itself back, at the end. */
  function refillHungry(): void {
    let tries = hungry.size
    for (const lane of hungry) {
      if (tries-- === 0) return
      hungry.delete(lane)
      refill(lane)
      if (hungry.has(lane)) return
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
      timer?.cancel()
      sweepTimer?.cancel()
      await Promise.all(claims)
    },
  }
}
