import type { Clock, Timer } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { Problem } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { LIMITS } from '../core/limits.ts'
import type { Webhook } from '../core/webhook.ts'
import type {
  AcceptOutcome,
  AcceptUnit,
  AttemptResult,
  ClaimOutcome,
  Decisions,
  LaneClaim,
  ResultOutcome,
  WorkBatch,
  WorkOutcome,
  WorkStore,
} from './work.ts'
import { createPlacesTaken, type Accepted, type PlacesTaken } from './places-taken.ts'
import {
  createQueue,
  hasRoomFor,
  rowsWaiting,
  takeAll,
  takeBatch,
  type Batch,
  type BatchBounds,
} from './commit-batch.ts'
import type { Waiting, WaitingLine } from './waiting-line.ts'

/**
 * Gathers work into commits, so that one fsync pays for hundreds of requests. Accepting, settling and claiming share it. One
 * commit is under way at a time; what comes meanwhile waits for the next, and organizations take turns in it. So the busier the
 * disk, the larger a commit; while none is under way somebody who waits for an answer does not wait for company, and results,
 * for which nobody waits, do so for a moment. A commit is one step of the event loop and no larger than that (commit-batch.ts);
 * what the store leaves over goes first in the next.
 *
 * A failed commit wrote nothing. Accepts and claims are then refused to their callers; results are kept and written
 * again until the store takes them, because the requests they tell of have been made.
 */
export interface GroupCommit {
  /** Rejects with `overloaded` when too much waits, and with the store's problem when the commit fails. */
  accept(unit: AcceptUnit): Promise<Exclude<AcceptOutcome, { outcome: 'refused' }>>
  settle(result: AttemptResult): Promise<ResultOutcome>
  /** Asked for in the same turn as `settle`, it finds what that result makes due: both share a commit, results first. */
  claim(claim: LaneClaim): Promise<ClaimOutcome>
  /** Gives leases back unused. */
  release(leased: readonly LeasedDelivery[]): Promise<void>
  /** Resolves when everything handed in so far has been written or refused. */
  idle(): Promise<void>
  /** Writes nothing more, and answers how many results that leaves unwritten. Safe to call twice. */
  stop(): number
}

interface Parts {
  work: Pick<WorkStore, 'commit'>
  decisions: Decisions
  clock: Clock
  /** Gives back places that `decisions.admit` took for what was not leased in the end. */
  giveBack: (webhookId: string, places: number, bytes: number) => void
  /** Told of a webhook that a result stopped, before anybody hears anything else of that commit. */
  onStopped: (webhook: Webhook) => void
  /** Told of what a commit announced, before the next commit is made. */
  onAnnounced: (events: Event[], accepted: Accepted) => void
  /** Told when something is to be told that a commit put off. */
  onPutOff: (tellAt: number) => void
  /** Told of every failed commit, of every result that could not be settled, and of what could not be announced. */
  onFailure: (error: unknown) => void
}

/** With all that comes in the same turn of the event loop. */
const AT_ONCE = 0

export function createGroupCommit(parts: Parts): GroupCommit {
  const { work, decisions, clock, onFailure } = parts
  const bounds: BatchBounds = { rowsMax: LIMITS.stepRowsMax, bytesMax: LIMITS.stepBytesMax }
  const queue = createQueue()
  let timer: Timer | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let committing = false
  let failures = 0
  let stopped = false
  let idleWaiters: (() => void)[] = []

  function enqueue<Item, Outcome>(
    line: WaitingLine<Item, Outcome>,
    item: Item,
    waitMs: number,
  ): Promise<Outcome> {
    return new Promise<Outcome>((resolve, reject) => {
      line.add({ item, resolve, reject })
      // While commits fail, results wait for the next try; somebody who waits for an answer gets it at once, yes or no.
      if (failures > 0 && queue.accepts.length + queue.claims.length === 0) return
      schedule(waitMs)
    })
  }

  function schedule(waitMs: number): void {
    if (committing || stopped) return
    arm(rowsWaiting(queue) >= LIMITS.commitRowsMax ? 0 : waitMs)
  }

  function arm(waitMs: number): void {
    const at = clock.monotonic() + waitMs
    if (timerAt <= at) return
    timer?.cancel()
    timerAt = at
    timer = clock.after(waitMs, () => void flush())
  }

  async function flush(): Promise<void> {
    timer?.cancel()
    timer = null
    timerAt = Number.POSITIVE_INFINITY
    if (committing || stopped || rowsWaiting(queue) === 0) return
    committing = true
    const batch = takeBatch(queue, bounds)
    const taken = createPlacesTaken((webhook, bytes) => decisions.admit(webhook, bytes))
    try {
      const outcome = await work.commit(workOf(batch, clock.now()), { ...decisions, admit: taken.admit })
      failures = 0
      answer(batch, outcome, taken)
    } catch (error) {
      failures += 1
      taken.giveBack([], parts.giveBack)
      onFailure(error)
      refuse(batch, error)
    }
    committing = false
    next()
  }

  function answer(batch: Batch, outcome: WorkOutcome, taken: PlacesTaken): void {
    taken.giveBack(acceptedOf(outcome), parts.giveBack)
    for (const result of outcome.results) {
      if (!result.stale && result.stopped) parts.onStopped(result.webhook)
      if (result.stale && result.error) onFailure(result.error)
    }
    // Before anybody hears of it: what they hand in then comes after.
    queue.accepts.putBack(batch.accepts.slice(outcome.accepts.length))
    queue.results.putBack(batch.results.slice(outcome.results.length))
    queue.claims.putBack(batch.claims.slice(outcome.claims.length))
    resolveAll(batch.accepts, outcome.accepts)
    resolveAll(batch.results, outcome.results)
    for (const { events, outcome: announced } of outcome.announced) {
      if (announced.outcome === 'refused') onFailure(announced.error)
      else parts.onAnnounced(events, announced)
    }
    if (outcome.tellAt !== null) parts.onPutOff(outcome.tellAt)
    resolveAll(batch.claims, outcome.claims)
    for (const waiting of batch.releases) waiting.resolve()
  }

  function refuse(batch: Batch, error: unknown): void {
    for (const waiting of batch.accepts) waiting.reject(error)
    for (const waiting of batch.claims) waiting.reject(error)
    queue.results.putBack(batch.results)
    queue.releases.putBack(batch.releases)
  }

  function next(): void {
    if (stopped) return
    if (rowsWaiting(queue) === 0) {
      const waiters = idleWaiters
      idleWaiters = []
      failures = 0
      for (const wake of waiters) wake()
    } else if (failures > 0) {
      const waitMs = Math.min(LIMITS.commitRetryMsMin * 2 ** (failures - 1), LIMITS.commitRetryMsMax)
      arm(waitMs)
    } else {
      // What gathered during the commit has waited long enough; but whoever hears of that commit must have heard before
      // the next is made, or it would start what this one forbids.
      arm(0)
    }
  }

  return {
    async accept(unit) {
      if (!hasRoomFor(queue.accepts, unit)) {
        throw new Problem('overloaded', 'Too many requests wait to be stored. Try again in a moment.')
      }
      const outcome = await enqueue(queue.accepts, unit, AT_ONCE)
      if (outcome.outcome === 'refused') throw outcome.error
      return outcome
    },
    settle: (result) => enqueue(queue.results, result, LIMITS.commitWaitMs),
    // The lane that asks has run low: the slots of its webhook would stand idle while it waits for company.
    claim: (claim) => enqueue(queue.claims, claim, AT_ONCE),
    release(leased) {
      if (leased.length === 0) return Promise.resolve()
      const releases = leased.map(({ delivery }) => ({ deliveryId: delivery.id, fence: delivery.fence }))
      return enqueue(queue.releases, releases, LIMITS.commitWaitMs)
    },
    stop() {
      stopped = true
      timer?.cancel()
      const error = new Problem('shutting_down', 'The server has stopped.')
      for (const waiting of takeAll(queue.accepts)) waiting.reject(error)
      for (const waiting of takeAll(queue.claims)) waiting.reject(error)
      return queue.results.length
    },
    idle: () =>
      committing || rowsWaiting(queue) > 0
        ? new Promise((resolve) => {
            idleWaiters.push(resolve)
          })
        : Promise.resolve(),
  }
}

function workOf(batch: Batch, now: number): WorkBatch {
  return {
    accepts: batch.accepts.map((waiting) => waiting.item),
    results: batch.results.map((waiting) => waiting.item),
    claims: batch.claims.map((waiting) => waiting.item),
    releases: batch.releases.flatMap((waiting) => waiting.item),
    now,
  }
}

function acceptedOf({ accepts, announced }: WorkOutcome): Accepted[] {
  const outcomes = [...accepts, ...announced.map(({ outcome }) => outcome)]
  return outcomes.filter((one) => one.outcome === 'accepted')
}

/** The first ones, as many as there are outcomes. */
function resolveAll<Outcome>(waiting: Waiting<unknown, Outcome>[], outcomes: readonly Outcome[]): void {
  outcomes.forEach((outcome, index) => waiting[index]?.resolve(outcome))
}
