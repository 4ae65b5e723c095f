import { askedUntil, notSentReport, type AttemptReport } from '../core/attempt.ts'
import type { Clock } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import { shuttingDown } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { OwnFault, OwnFaultCode } from '../core/own-fault.ts'
import { isLive, type Webhook } from '../core/webhook.ts'
import type { GroupCommit } from '../store/group-commit.ts'
import type { FanoutProgress, LaneWork, MoveProgress, ResultOutcome } from '../store/work.ts'
import { createAlarm } from './alarm.ts'
import { createBacklog } from './backlog.ts'
import { createFaultPauses } from './fault-pauses.ts'
import { createFlights } from './flights.ts'
import { frontRunnerAfter } from './front-runner.ts'
import { hear, learn, noteDue, restEnd, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import { createMover } from './mover.ts'
import { isOpen, PACING } from './pacing.ts'
import type { Places } from './places.ts'
import { createSlots } from './slots.ts'
import { createTurns } from './turns.ts'

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
  /** Takes deliveries that were born leased, in places that `Places.admit` gave. */
  offer(leased: readonly LeasedDelivery[]): void
  /** The store holds due work for this webhook. */
  noteWaiting(webhookId: string, organizationId: number): void
  /** Somebody sends this delivery again by hand: it goes before all others, and no pause that the receiver asked for holds it up. */
  noteByHand(deliveryId: string, webhookId: string, organizationId: number): void
  /** The store holds events whose deliveries are still to be made. */
  noteFanout(): void
  /** A commit stopped this webhook: nothing of it starts any more. */
  stopped(webhook: Webhook): void
  /**
   * Before a webhook is changed: nothing of it starts until the returned function is told, once, what became of it.
   * Null means that it could not be read; then it is read before anything of it starts.
   */
  pause(webhookId: string, organizationId: number): (webhook: Webhook | null) => void
  /** What lanes waited for, the network say, works again. */
  mended(code: OwnFaultCode): void
  /** Whether `drain` was called. */
  readonly draining: boolean
  /**
   * Sends one delivery at once, outside every line and every limit of its webhook; resolves when its result is committed.
   * Rejects with `shutting_down` while draining.
   */
  sendNow(leased: LeasedDelivery, webhook: Webhook): Promise<AttemptReport>
  /** Gives back what has not started and resolves when what has is settled. Safe to call twice. */
  drain(): Promise<void>
}

export interface DispatcherParts {
  lanes: Lanes
  places: Places
  commit: GroupCommit
  clock: Clock
  /** Signs and sends. Must not reject. */
  attempt: (leased: LeasedDelivery, webhook: Webhook) => Promise<AttemptReport>
  findLanes: () => Promise<LaneWork[]>
  findWebhook: (id: string) => Promise<Webhook | null>
  moveWaiting: () => Promise<MoveProgress | null>
  bearWaiting: () => Promise<FanoutProgress | null>
  /** Attempts under way at once: over all webhooks, and for each. See slots.ts. */
  slots: number
  slotsPerWebhook: number
  onSettled: (leased: LeasedDelivery, report: AttemptReport, outcome: ResultOutcome) => void
  onError: (error: unknown, doing: string) => void
}

const STOPPING: OwnFault = { code: 'stopping', scope: 'webhook' }

type SettledOutcome = Extract<ResultOutcome, { stale: false }>

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { lanes, places, commit, clock, slotsPerWebhook } = parts
  const slots = createSlots(parts.slots, slotsPerWebhook)
  const flights = createFlights({ slots, slotsPerWebhook, clock, onTurned, onFreed: pump })
  const faultPauses = createFaultPauses(clock, pump)
  /** Rings for a lane whose rate limit lets it start something, or is about to, or that has waited for a fault of ours. */
  const alarm = createAlarm<string>(clock, () => clock.monotonic(), onMayStart)
  const turns = createTurns(slots, alarm, clock)
  const backlog = createBacklog({
    lanes,
    places,
    commit,
    clock,
    findLanes: parts.findLanes,
    findWebhook: parts.findWebhook,
    lowWater: slotsPerWebhook,
    onReady: onRefilled,
    wakeAt: (lane, time) => alarm.set(lane.webhookId, time),
    onError: parts.onError,
  })
  const mover = createMover({
    move: parts.moveWaiting,
    clock,
    onMoved: ({ webhookId, organizationId }) => noteWaiting(webhookId, organizationId),
    onError: parts.onError,
    doing: 'moving the deliveries of a changed webhook',
  })
  const bearer = createMover({
    move: parts.bearWaiting,
    clock,
    onMoved: ({ organizationId, due }) => {
      for (const webhookId of due) noteWaiting(webhookId, organizationId)
      // A move may have waited for these.
      mover.kick()
    },
    onError: parts.onError,
    doing: 'making the deliveries of accepted events',
  })
  /** Attempts under way, tests included, and those whose result is not committed yet. */
  let underWay = 0
  let unsettled = 0
  let draining: Promise<void> | null = null
  let finishDraining: () => void = () => undefined

  function onReady(lane: Lane): void {
    turns.join(lane)
    pump()
  }

  function onRefilled(lane: Lane): void {
    makeRoom(lane)
    onReady(lane)
  }

  function onMayStart(webhookId: string): void {
    const lane = lanes.get(webhookId)
    if (lane === undefined) return
    backlog.refill(lane)
    onReady(lane)
  }

  function onTurned(lane: Lane): void {
    makeRoom(lane)
    turns.join(lane)
  }

  /** What the lane holds beyond its share, now that it can start less, goes back to the store. */
  function makeRoom(lane: Lane): void {
    const surplus = places.reclassify(lane)
    if (surplus.length === 0) return
    void commit.release(surplus)
    backlog.note(lane, clock.now())
  }

  function pump(): void {
    while (draining === null && unsettled < LIMITS.unsettledMax && faultPauses.mayStart()) {
      const lane = turns.next()
      if (lane?.webhook == null) return
      const leased = places.shift(lane)
      if (leased !== undefined) void perform(lane, leased, lane.webhook)
    }
  }

  async function perform(lane: Lane, leased: LeasedDelivery, webhook: Webhook): Promise<void> {
    const started = flights.started(lane)
    faultPauses.started(started)
    lane.byHand.delete(leased.delivery.id)
    underWay += 1
    const report = await parts.attempt(leased, webhook)
    underWay -= 1
    flights.ended(started, report, webhook)
    faultPauses.ended(started, report, lane)
    const settled = settle(leased, report, webhook)
    lane.unsettled += 1
    if (webhook.url === lane.webhook?.url) hearPatience(lane, report)
    // Of a webhook in strict order the next may start once this one is settled: the claim shares the commit of the result.
    if (webhook.ordering !== null && !lane.stopped) noteDue(lane, clock.now())
    backlog.refill(lane)
    backlog.refillHungry()
    onReady(lane)
    const outcome = await settled
    unsettled -= 1
    lane.unsettled -= 1
    places.settled(lane, leased)
    if (!outcome.stale) afterSettling(lane, outcome)
    if (lane.unsettled === 0) forgetPatience(lane)
    lanes.dropIfIdle(lane)
    parts.onSettled(leased, report, outcome)
    finishIfDrained()
    onReady(lane)
  }

  /** Whoever waits for the answer counts `unsettled` down. */
  function settle(
    { delivery, event }: LeasedDelivery,
    report: AttemptReport,
    { url: sentTo }: Webhook,
  ): Promise<ResultOutcome> {
    unsettled += 1
    const { id: deliveryId, fence } = delivery
    return commit.settle({ deliveryId, fence, report, leased: delivery, sentTo, eventType: event.type })
  }

  /** What the receiver asks for holds from its answer on, and not only from the commit that records it. */
  function hearPatience(lane: Lane, report: AttemptReport): void {
    const until = askedUntil(report)
    if (until === null) return
    lane.askedUntil = Math.max(lane.askedUntil, until)
    lane.allowance = Math.min(lane.allowance, PACING.allowanceAtFirst)
    makeRoom(lane)
  }

  /** Every answer is committed: from here on the webhook's row says how long its receiver wants to be left alone. */
  function forgetPatience(lane: Lane): void {
    if (lane.askedUntil === 0) return
    lane.askedUntil = 0
    backlog.refill(lane)
  }

  function afterSettling(lane: Lane, outcome: SettledOutcome): void {
    const { delivery, webhook, unblocked } = outcome
    learn(lane, webhook)
    if (isOpen(lane.webhook)) lane.allowance = 1
    lane.frontRunner = frontRunnerAfter(lane.frontRunner, delivery, webhook)
    makeRoom(lane)
    if (outcome.stopped) mover.kick()
    if (lane.stopped) return
    if (delivery.dueAt !== null) backlog.note(lane, delivery.dueAt)
    // A claim under way was asked for with this result or after it, and finds what it made due.
    if (unblocked && !lane.claiming) backlog.note(lane, clock.now())
  }

  /** Nothing of the lane starts any more; what it held goes back to the store, which will hold it. */
  function stop(lane: Lane): void {
    lane.stopped = true
    lane.nextDueAt = null
    lane.wanted.clear()
    lane.byHand.clear()
    giveBackReady(lane)
  }

  /** A change has begun since these were leased, and may have taken them back: a claim finds those that are still owed. */
  function giveBackToClaim(lane: Lane): void {
    giveBackReady(lane)
    backlog.note(lane, clock.now())
  }

  function giveBackReady(lane: Lane): void {
    for (const deliveryId of lane.byHand) lane.wanted.add(deliveryId)
    lane.byHand.clear()
    void commit.release(places.clear(lane))
    backlog.refillHungry()
  }

  /** One change has told what became of its webhook; work starts again when all have. */
  function afterChange(lane: Lane, webhook: Webhook | null): void {
    lane.pauses -= 1
    hear(lane, webhook)
    mover.kick()
    if (lane.webhook === null || isLive(lane.webhook)) {
      lane.stopped = false
      // Without the webhook nothing can be sent: a claim reads it, and finds nothing when it is stopped.
      if (lane.webhook === null) giveBackReady(lane)
      makeRoom(lane)
      backlog.note(lane, clock.now())
      onReady(lane)
    } else {
      stop(lane)
    }
    lanes.dropIfIdle(lane)
  }

  async function drain(): Promise<void> {
    places.close()
    for (const lane of lanes.all()) void commit.release(places.clear(lane))
    const ended = new Promise<void>((resolve) => (finishDraining = resolve))
    finishIfDrained()
    await Promise.all([ended, backlog.stop(), mover.stop(), bearer.stop()])
    flights.stop()
    faultPauses.stop()
    alarm.stop()
    await commit.idle()
  }

  function finishIfDrained(): void {
    if (underWay === 0 && unsettled === 0) finishDraining()
  }

  function offerOne(leased: LeasedDelivery): void {
    const { webhookId, organizationId } = leased.delivery
    const lane = lanes.of(webhookId, organizationId)
    places.fill(lane, leased)
    if (lane.stopped || draining !== null) void commit.release(places.clear(lane))
    else if (lane.changes !== lane.changesAtAdmission) giveBackToClaim(lane)
    else if (restEnd(lane, clock) !== null) makeRoom(lane)
    else turns.join(lane)
  }

  function noteWaiting(webhookId: string, organizationId: number): void {
    backlog.note(lanes.of(webhookId, organizationId), clock.now())
  }

  return {
    async start() {
      mover.kick()
      bearer.kick()
      await backlog.start()
    },
    offer(leased) {
      for (const item of leased) offerOne(item)
      pump()
    },
    noteWaiting,
    noteByHand(deliveryId, webhookId, organizationId) {
      const lane = lanes.of(webhookId, organizationId)
      const isSoon = lane.wanted.size < LIMITS.byHandMax && !lane.stopped && draining === null
      if (isSoon) lane.wanted.add(deliveryId)
      backlog.note(lane, clock.now())
    },
    noteFanout: () => bearer.kick(),
    stopped(webhook) {
      const lane = lanes.get(webhook.id)
      // A change made since this commit knows better.
      const overtaken = lane?.webhook != null && lane.webhook.revision > webhook.revision
      if (lane !== undefined && !overtaken) stop(lane)
    },
    pause(webhookId, organizationId) {
      const lane = lanes.of(webhookId, organizationId)
      lane.pauses += 1
      lane.changes += 1
      return (webhook) => afterChange(lane, webhook)
    },
    mended(code) {
      for (const lane of faultPauses.mended(code)) {
        makeRoom(lane)
        onReady(lane)
      }
    },
    get draining() {
      return draining !== null
    },
    async sendNow(leased, webhook) {
      if (draining !== null) {
        await settle(
          leased,
          notSentReport(clock.now(), 'The server was stopping, so the request was not sent.', STOPPING),
          webhook,
        )
        unsettled -= 1
        finishIfDrained()
        throw shuttingDown()
      }
      underWay += 1
      const started = { startedAt: clock.monotonic() }
      const report = await parts.attempt(leased, webhook)
      underWay -= 1
      faultPauses.ended(started, report, null)
      const outcome = await settle(leased, report, webhook)
      unsettled -= 1
      parts.onSettled(leased, report, outcome)
      finishIfDrained()
      return report
    },
    drain: () => (draining ??= drain()),
  }
}
