import { notSentReport, type AttemptReport } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { shuttingDown } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { isLive, type Webhook } from '../core/webhook.ts'
import type { GroupCommit } from '../store/group-commit.ts'
import type { LaneWork, ResultOutcome } from '../store/work.ts'
import { createBacklog } from './backlog.ts'
import { isPaused, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import { createTurnOrder } from './turn-order.ts'

/**
 * Starts attempts when there is a slot, in fair order.
 *
 *   made ──start()──▶ running ──drain()──▶ draining ──last attempt settled──▶ drained
 *
 * A delivery reaches a lane's `ready` in two ways, leased in both: from memory, right after the commit that accepted
 * it (`offer`), or claimed from the store (backlog.ts) when its retry is due or there was no room before.
 */
export interface Dispatcher {
  /** Reads from the store what waits there. */
  start(): Promise<void>
  /** Takes deliveries that were born leased, in places that `Lanes.admit` gave. */
  offer(leased: readonly LeasedDelivery[]): void
  /** The store holds due work for this webhook. */
  noteWaiting(webhookId: string, organizationId: number): void
  /**
   * Before a webhook is changed: nothing of it starts until the returned function is told, once, what became of it.
   * Null means that it could not be read; then it is read before anything of it starts.
   */
  pause(webhookId: string, organizationId: number): (webhook: Webhook | null) => void
  /** Whether `drain` was called. */
  readonly draining: boolean
  /**
   * Sends one delivery at once, outside every line; resolves when its result is committed. Rejects with `shutting_down`
   * while draining.
   */
  sendNow(leased: LeasedDelivery, webhook: Webhook): Promise<AttemptReport>
  /** Gives back what has not started and resolves when what has is settled. Safe to call twice. */
  drain(): Promise<void>
}

export interface DispatcherParts {
  lanes: Lanes
  commit: GroupCommit
  clock: Clock
  /** Signs and sends. Must not reject. */
  attempt: (leased: LeasedDelivery, webhook: Webhook) => Promise<AttemptReport>
  findLanes: () => Promise<LaneWork[]>
  findWebhook: (id: string) => Promise<Webhook | null>
  /** Attempts under way at once: over all webhooks, and for each. */
  slots: number
  slotsPerWebhook: number
  onSettled: (leased: LeasedDelivery, report: AttemptReport, outcome: ResultOutcome) => void
  onError: (error: unknown, doing: string) => void
}

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { lanes, commit, clock } = parts
  const turns = createTurnOrder()
  const backlog = createBacklog({
    lanes,
    commit,
    clock,
    findLanes: parts.findLanes,
    findWebhook: parts.findWebhook,
    lowWater: parts.slotsPerWebhook,
    onReady,
    onError: parts.onError,
  })
  let inFlight = 0
  let unsettled = 0
  let draining: Promise<void> | null = null
  let finishDraining: () => void = () => undefined

  function onReady(lane: Lane): void {
    turns.join(lane)
    pump()
  }

  function mayStart(lane: Lane): boolean {
    const full = lane.inFlight >= parts.slotsPerWebhook
    return !full && !isPaused(lane) && lane.ready.length > 0 && lane.webhook !== null
  }

  function pump(): void {
    while (draining === null && inFlight < parts.slots && unsettled < LIMITS.unsettledMax) {
      const lane = turns.next(mayStart)
      if (lane === null) return
      start(lane)
    }
  }

  function start(lane: Lane): void {
    const leased = lanes.shift(lane)
    if (leased === undefined || lane.webhook === null) return
    lane.inFlight += 1
    void perform(leased, lane.webhook, () => {
      lane.inFlight -= 1
      backlog.refill(lane)
      backlog.refillHungry()
      turns.join(lane)
    })
  }

  /** `onEnded` runs when the request is over; its slot is free then. The promise waits for the commit as well. */
  async function perform(
    leased: LeasedDelivery,
    webhook: Webhook,
    onEnded: () => void,
  ): Promise<AttemptReport> {
    inFlight += 1
    const report = await parts.attempt(leased, webhook)
    inFlight -= 1
    unsettled += 1
    onEnded()
    pump()
    const { id: deliveryId, fence } = leased.delivery
    const outcome = await commit.settle({ deliveryId, fence, report })
    unsettled -= 1
    afterSettling(leased.delivery.webhookId, outcome)
    parts.onSettled(leased, report, outcome)
    if (draining !== null && inFlight === 0 && unsettled === 0) finishDraining()
    pump()
    return report
  }

  function afterSettling(webhookId: string, outcome: ResultOutcome): void {
    const lane = outcome.stale ? lanes.get(webhookId) : lanes.of(webhookId, outcome.webhook.organizationId)
    if (lane === undefined) return
    // A change made since this commit knows better.
    const overtaken =
      !outcome.stale && lane.webhook !== null && lane.webhook.updatedAt > outcome.webhook.updatedAt
    if (!outcome.stale) {
      if (!overtaken) lane.webhook = outcome.webhook
      if (outcome.stopped && !overtaken) stop(lane)
      else if (outcome.delivery.state === 'pending') backlog.note(lane, outcome.delivery.dueAt)
    }
    lanes.dropIfIdle(lane)
  }

  /** Nothing of the lane starts any more; what it held goes back to the store, where the commit has made it held. */
  function stop(lane: Lane): void {
    lane.stopped = true
    lane.nextDueAt = null
    giveBackReady(lane)
  }

  function giveBackReady(lane: Lane): void {
    void commit.release(lanes.clear(lane))
    backlog.refillHungry()
  }

  /** One change has told what became of its webhook; work starts again when all have. */
  function afterChange(lane: Lane, webhook: Webhook | null): void {
    lane.pauses -= 1
    lane.webhook = webhook
    if (webhook === null || isLive(webhook)) {
      lane.stopped = false
      // Without the webhook nothing can be sent: a claim reads it, and finds nothing when it is stopped.
      if (webhook === null) giveBackReady(lane)
      backlog.note(lane, clock.now())
      onReady(lane)
    } else {
      stop(lane)
    }
    lanes.dropIfIdle(lane)
  }

  async function drain(): Promise<void> {
    lanes.close()
    for (const lane of lanes.all()) void commit.release(lanes.clear(lane))
    const ended = new Promise<void>((resolve) => (finishDraining = resolve))
    if (inFlight === 0 && unsettled === 0) finishDraining()
    await Promise.all([ended, backlog.stop()])
    await commit.idle()
  }

  function offerOne(leased: LeasedDelivery): void {
    const { webhookId, organizationId } = leased.delivery
    const lane = lanes.of(webhookId, organizationId)
    lanes.unreserve(lane, 1)
    lanes.push(lane, leased)
    if (lane.stopped || draining !== null) void commit.release(lanes.clear(lane))
    else turns.join(lane)
  }

  return {
    start: () => backlog.start(),
    offer(leased) {
      for (const item of leased) offerOne(item)
      pump()
    },
    noteWaiting(webhookId, organizationId) {
      backlog.note(lanes.of(webhookId, organizationId), clock.now())
    },
    pause(webhookId, organizationId) {
      const lane = lanes.of(webhookId, organizationId)
      lane.pauses += 1
      return (webhook) => afterChange(lane, webhook)
    },
    get draining() {
      return draining !== null
    },
    async sendNow(leased, webhook) {
      if (draining === null) return perform(leased, webhook, () => undefined)
      const { id: deliveryId, fence } = leased.delivery
      const report = notSentReport(clock.now(), 'The server was stopping, so the request was not sent.')
      await commit.settle({ deliveryId, fence, report })
      throw shuttingDown()
    },
    drain: () => (draining ??= drain()),
  }
}
