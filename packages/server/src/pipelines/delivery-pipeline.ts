import { createJudgedAccept, type JudgedAcceptParts } from '../accept/judged-accept.ts'
import { match } from '../accept/match.ts'
import type { Carry } from '../carriers/carry.ts'
import type { AttemptReport } from '../core/attempt.ts'
import { turn } from '../core/clock.ts'
import type { LeasedDelivery } from '../core/delivery.ts'
import type { Event } from '../core/event.ts'
import type { Random } from '../core/random.ts'
import { createSteadyClock } from '../core/steady-clock.ts'
import type { WatchfulClock } from '../core/watchful-clock.ts'
import { createDispatcher, type Dispatcher } from '../dispatch/dispatcher.ts'
import { createLanes } from '../dispatch/lanes.ts'
import { createPlaces } from '../dispatch/places.ts'
import type { NetHealth } from '../net/net-health.ts'
import { settle } from '../settle/settle.ts'
import { judgeAttempt } from './attempt-judgement.ts'
import { createGroupCommit } from '../store/group-commit.ts'
import type { Store } from '../store/store.ts'
import type { AcceptOutcome, AcceptUnit, Announced, Decisions, ResultOutcome } from '../store/work.ts'
import { createTeller } from '../watch/teller.ts'

/**
 * The way of an event: accept → dispatch → sign → send → settle. Signing and sending are a carrier's. Everything that differs between the real server and
 * a simulated one (time, chance, store, network) comes in as a part.
 */
export interface DeliveryPipeline {
  readonly dispatcher: Dispatcher
  /** Stores the unit durably, then starts what can start at once. See `GroupCommit.accept` for its errors. */
  accept(unit: AcceptUnit): Promise<Accepted>
  /** Settles what a stopped server left in flight (answers how much) and takes up what waits. */
  start(): Promise<number>
  /** Lets what is in flight end and be recorded; starts nothing more. Safe to call twice. */
  drain(): Promise<void>
  /** Writes nothing more; answers how many results of attempts are lost by that. Call before the store is closed. */
  stop(): number
}

export type Accepted = Exclude<AcceptOutcome, { outcome: 'refused' }>

export interface DeliveryParts {
  store: Pick<Store, 'work' | 'webhooks'>
  /** Tells also whether the process stood still, when it times all that takes part in an attempt. */
  clock: WatchfulClock
  random: Random
  /** Makes an attempt. */
  carry: Carry
  /** Told of lookups and connections by whoever makes them; says when the fault is ours. */
  health: NetHealth
  watch: DeliveryWatch
  judgeFilters: JudgedAcceptParts<unknown>['judgeFilters']
  /** Events about webhooks that an outcome makes; see `Decisions.announce`. */
  announce: Decisions['announce']
  /** Requests in flight at once: over all webhooks, and to each. */
  slots: number
  slotsPerWebhook: number
}

/** Who is told of everything that happens; must not throw. */
export interface DeliveryWatch {
  eventAccepted(event: Event, deliveries: number): void
  attemptSettled(leased: LeasedDelivery, report: AttemptReport, outcome: ResultOutcome): void
  failure(error: unknown, doing: string): void
}

export function createDeliveryPipeline(parts: DeliveryParts): DeliveryPipeline {
  const { store, watch } = parts
  const clock = createSteadyClock(parts.clock)
  const lanes = createLanes()
  const places = createPlaces(lanes, clock)
  const decisions: Decisions = {
    match,
    admit: (webhook, bytes) => places.admit(webhook, bytes),
    settle: (facts) => settle(facts, parts.random.fraction()),
    announce: parts.announce,
  }
  const commit = createGroupCommit({
    work: store.work,
    decisions,
    clock,
    giveBack: (webhookId, rows, bytes) => places.giveBack(webhookId, rows, bytes),
    onStopped: (webhook) => dispatcher.stopped(webhook),
    onAnnounced: (events, accepted) => takeUp(events, accepted),
    onPutOff: (tellAt) => teller.dueAt(tellAt),
    onFailure: (error) => watch.failure(error, 'committing work'),
  })
  const teller = createTeller({
    async tellDue() {
      const { announced, nextDueAt } = await store.work.announceDue(decisions, clock.now())
      for (const one of announced) onAnnounced(one)
      return nextDueAt
    },
    clock,
    onError: (error, doing) => watch.failure(error, doing),
  })
  const accept = createJudgedAccept({
    store,
    judgeFilters: parts.judgeFilters,
    accept: (unit) => commit.accept(unit),
    turn: () => turn(clock),
  })
  const dispatcher = createDispatcher({
    lanes,
    places,
    commit,
    clock,
    async attempt(leased, webhook) {
      const begunAt = clock.monotonic()
      const report = await parts.carry(leased.event, webhook, clock.now())
      // Somebody waits for a test, and nobody is charged for it.
      const mayWait = (): boolean => leased.delivery.kind !== 'test' && !dispatcher.draining
      return judgeAttempt({ health: parts.health, clock: parts.clock }, report, begunAt, mayWait)
    },
    findLanes: () => store.work.lanes(),
    findWebhook: (id) => store.webhooks.byId(id),
    moveWaiting: () => store.work.moveWaiting(),
    bearWaiting: () => store.work.bearWaiting(),
    slots: parts.slots,
    slotsPerWebhook: parts.slotsPerWebhook,
    onSettled: (leased, report, outcome) => watch.attemptSettled(leased, report, outcome),
    onError: (error, doing) => watch.failure(error, doing),
  })

  function onAnnounced({ events, outcome }: Announced): void {
    if (outcome.outcome === 'refused') watch.failure(outcome.error, 'telling how webhooks fare')
    else takeUp(events, outcome)
  }

  /** What a commit accepted is logged, and starts as far as it can. */
  function takeUp(events: readonly Event[], accepted: Extract<Accepted, { outcome: 'accepted' }>): void {
    events.forEach((event, index) => watch.eventAccepted(event, accepted.deliveries[index] ?? 0))
    // What was made for one target is the caller's to send; it waits for the outcome.
    if (accepted.targeted.length === 0) dispatcher.offer(accepted.leased)
    for (const { webhookId, organizationId } of accepted.waiting) {
      dispatcher.noteWaiting(webhookId, organizationId)
    }
    if (accepted.fansOut) dispatcher.noteFanout()
  }

  return {
    dispatcher,
    async accept(unit) {
      const accepted = await accept(unit)
      if (accepted.outcome === 'accepted') takeUp(unit.events, accepted)
      return accepted
    },
    async start() {
      clock.goOnFrom(await store.work.lastTime())
      const cutOff = await store.work.recover(decisions, (error) =>
        watch.failure(error, 'settling what a stopped server left behind'),
      )
      await dispatcher.start()
      teller.start()
      return cutOff
    },
    async drain() {
      await Promise.all([teller.stop(), dispatcher.drain()])
    },
    stop: () => commit.stop(),
  }
}
