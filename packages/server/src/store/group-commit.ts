import type { Clock, Timer } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { Problem } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type {
  AcceptOutcome,
  AcceptUnit,
  AttemptResult,
  ClaimOutcome,
  Decisions,
  LaneClaim,
  LeaseRelease,
  ResultOutcome,
  WorkOutcome,
  WorkStore,
} from './work.ts'

/**
 * Gathers the work of a couple of milliseconds into one commit, so that one fsync pays for hundreds of requests.
 * Accepting, settling and claiming share it. One commit is under way at a time; what comes meanwhile waits for the next.
 *
 * A failed commit wrote nothing. Accepts and claims are then refused to their callers; results are kept and written
 * again until the store takes them, because the requests they tell of have been made.
 */
export interface GroupCommit {
  /** Rejects with `overloaded` when too much waits, and with the store's problem when the commit fails. */
  accept(unit: AcceptUnit): Promise<Exclude<AcceptOutcome, { outcome: 'refused' }>>
  settle(result: AttemptResult): Promise<ResultOutcome>
  claim(claim: LaneClaim): Promise<ClaimOutcome>
  /** Gives leases back unused. */
  release(leased: readonly LeasedDelivery[]): Promise<void>
  /** Resolves when everything handed in so far has been written or refused. */
  idle(): Promise<void>
  /** Writes nothing more, and answers how many results that leaves unwritten. Safe to call twice. */
  stop(): number
}

interface Waiting<Item, Outcome> {
  item: Item
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

interface Parts {
  work: WorkStore
  decisions: Decisions
  clock: Clock
  /** Gives back a place that `decisions.admit` took for a commit that failed. */
  giveBack: (webhookId: string) => void
  /** Told of every failed commit. */
  onFailure: (error: unknown) => void
}

export function createGroupCommit({ work, decisions, clock, giveBack, onFailure }: Parts): GroupCommit {
  const queue = emptyQueue()
  let timer: Timer | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let committing = false
  let failures = 0
  let stopped = false
  let idleWaiters: (() => void)[] = []

  function enqueue<Item, Outcome>(list: Waiting<Item, Outcome>[], item: Item): Promise<Outcome> {
    return new Promise<Outcome>((resolve, reject) => {
      list.push({ item, resolve, reject })
      // While commits fail, results wait for the next try; somebody who waits for an answer gets it at once, yes or no.
      if (failures > 0 && queue.accepts.length + queue.claims.length === 0) return
      schedule()
    })
  }

  function schedule(): void {
    if (committing || stopped) return
    arm(sizeOf(queue) >= LIMITS.commitRowsMax ? 0 : LIMITS.commitWaitMs)
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
    if (committing || stopped || sizeOf(queue) === 0) return
    committing = true
    const batch = takeBatch(queue)
    const admitted: string[] = []
    try {
      const outcome = await work.commit(
        {
          accepts: batch.accepts.map((waiting) => waiting.item),
          results: batch.results.map((waiting) => waiting.item),
          claims: batch.claims.map((waiting) => waiting.item),
          releases: batch.releases.flatMap((waiting) => waiting.item),
          now: clock.now(),
        },
        {
          ...decisions,
          admit(webhook) {
            const room = decisions.admit(webhook)
            if (room) admitted.push(webhook.id)
            return room
          },
        },
      )
      failures = 0
      answer(batch, outcome, admitted, giveBack)
    } catch (error) {
      failures += 1
      for (const webhookId of admitted) giveBack(webhookId)
      onFailure(error)
      refuse(batch, error)
    }
    committing = false
    next()
  }

  function refuse(batch: Queue, error: unknown): void {
    for (const waiting of batch.accepts) waiting.reject(error)
    for (const waiting of batch.claims) waiting.reject(error)
    queue.results.unshift(...batch.results)
    queue.releases.unshift(...batch.releases)
  }

  function next(): void {
    if (stopped) return
    if (sizeOf(queue) === 0) {
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
      if (queue.accepts.length >= LIMITS.commitQueueMax) {
        throw new Problem('overloaded', 'Too many requests wait to be stored. Try again in a moment.')
      }
      const outcome = await enqueue(queue.accepts, unit)
      if (outcome.outcome === 'refused') throw outcome.error
      return outcome
    },
    settle: (result) => enqueue(queue.results, result),
    claim: (claim) => enqueue(queue.claims, claim),
    release(leased) {
      if (leased.length === 0) return Promise.resolve()
      const releases = leased.map(({ delivery }) => ({ deliveryId: delivery.id, fence: delivery.fence }))
      return enqueue(queue.releases, releases)
    },
    stop() {
      stopped = true
      timer?.cancel()
      const error = new Problem('shutting_down', 'The server has stopped.')
      for (const waiting of [...queue.accepts.splice(0), ...queue.claims.splice(0)]) waiting.reject(error)
      return queue.results.length
    },
    idle: () =>
      committing || sizeOf(queue) > 0
        ? new Promise((resolve) => {
            idleWaiters.push(resolve)
          })
        : Promise.resolve(),
  }
}

interface Queue {
  accepts: Waiting<AcceptUnit, AcceptOutcome>[]
  results: Waiting<AttemptResult, ResultOutcome>[]
  claims: Waiting<LaneClaim, ClaimOutcome>[]
  releases: Waiting<LeaseRelease[], void>[]
}

function emptyQueue(): Queue {
  return { accepts: [], results: [], claims: [], releases: [] }
}

function sizeOf(queue: Queue): number {
  return queue.accepts.length + queue.results.length + queue.claims.length + queue.releases.length
}

/** The oldest of each kind, so that one commit stays short enough for the others to wait for. */
function takeBatch(queue: Queue): Queue {
  return {
    accepts: queue.accepts.splice(0, LIMITS.commitRowsMax),
    results: queue.results.splice(0, LIMITS.commitRowsMax),
    claims: queue.claims.splice(0, LIMITS.commitRowsMax),
    releases: queue.releases.splice(0, LIMITS.commitRowsMax),
  }
}

function answer(
  batch: Queue,
  outcome: WorkOutcome,
  admitted: string[],
  giveBack: (webhookId: string) => void,
): void {
  const leased = new Map<string, number>()
  outcome.accepts.forEach((accepted) => {
    if (accepted.outcome !== 'accepted') return
    for (const { delivery } of accepted.leased) {
      if (accepted.targeted.includes(delivery.id)) continue // leased without asking for a place
      leased.set(delivery.webhookId, (leased.get(delivery.webhookId) ?? 0) + 1)
    }
  })
  // A unit that was refused by itself may have taken places that nobody will fill.
  for (const webhookId of admitted) {
    const left = leased.get(webhookId) ?? 0
    if (left === 0) giveBack(webhookId)
    else leased.set(webhookId, left - 1)
  }
  batch.accepts.forEach((waiting, index) => settleWaiting(waiting, outcome.accepts[index]))
  batch.results.forEach((waiting, index) => settleWaiting(waiting, outcome.results[index]))
  batch.claims.forEach((waiting, index) => settleWaiting(waiting, outcome.claims[index]))
  for (const waiting of batch.releases) waiting.resolve()
}

function settleWaiting<Outcome>(waiting: Waiting<unknown, Outcome>, outcome: Outcome | undefined): void {
  if (outcome === undefined) waiting.reject(new Error('The store answered with too few outcomes'))
  else waiting.resolve(outcome)
}
