import { match } from './accept/match.ts'
import { dialectOf } from './catalogue/event-types.ts'
import { notSentReport, type AttemptReport } from './core/attempt.ts'
import type { Clock } from './core/clock.ts'
import type { LeasedDelivery } from './core/delivery.ts'
import type { Event } from './core/event.ts'
import type { Random } from './core/random.ts'
import type { Webhook } from './core/webhook.ts'
import { createDispatcher, type Dispatcher } from './dispatch/dispatcher.ts'
import { createLanes } from './dispatch/lanes.ts'
import type { OutboundRequest, Transport } from './send/transport.ts'
import { settle } from './settle/settle.ts'
import type { Signer } from './sign/signer.ts'
import { createGroupCommit } from './store/group-commit.ts'
import type { Store } from './store/store.ts'
import type { AcceptOutcome, AcceptUnit, Decisions, ResultOutcome } from './store/work.ts'

/**
 * The way of an event: accept → dispatch → sign → send → settle. Everything that differs between the real server and
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
  clock: Clock
  random: Random
  transport: Transport
  signer: Signer
  watch: DeliveryWatch
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
  const { store, clock, watch } = parts
  const lanes = createLanes(clock)
  const decisions: Decisions = {
    match,
    admit: (webhook) => lanes.admit(webhook),
    settle: (facts) => settle(facts, parts.random.fraction()),
  }
  const commit = createGroupCommit({
    work: store.work,
    decisions,
    clock,
    giveBack: (webhookId) => lanes.giveBack(webhookId),
    onFailure: (error) => watch.failure(error, 'committing work'),
  })
  const dispatcher = createDispatcher({
    lanes,
    commit,
    clock,
    attempt: (leased, webhook) => attempt(parts, leased, webhook),
    findLanes: () => store.work.lanes(),
    findWebhook: (id) => store.webhooks.byId(id),
    slots: parts.slots,
    slotsPerWebhook: parts.slotsPerWebhook,
    onSettled: (leased, report, outcome) => watch.attemptSettled(leased, report, outcome),
    onError: (error, doing) => watch.failure(error, doing),
  })

  return {
    dispatcher,
    async accept(unit) {
      const accepted = await commit.accept(unit)
      if (accepted.outcome !== 'accepted') return accepted
      unit.events.forEach((event, index) => watch.eventAccepted(event, accepted.deliveries[index] ?? 0))
      // What was made for one target is the caller's to send; it waits for the outcome.
      if (unit.target === null) dispatcher.offer(accepted.leased)
      for (const { webhookId, organizationId } of accepted.waiting) {
        dispatcher.noteWaiting(webhookId, organizationId)
      }
      return accepted
    },
    async start() {
      const cutOff = await store.work.recover(decisions)
      await dispatcher.start()
      return cutOff
    },
    drain: () => dispatcher.drain(),
    stop: () => commit.stop(),
  }
}

/** One attempt: signs the event's bytes for now, sends them, reports. Never rejects. */
async function attempt(
  { clock, signer, transport, watch }: DeliveryParts,
  { event }: LeasedDelivery,
  webhook: Webhook,
): Promise<AttemptReport> {
  const startedAt = clock.now()
  try {
    const { headers, logged } = signer.sign(event, dialectOf(event.type), webhook, startedAt)
    const request: OutboundRequest = { url: webhook.url, headers, body: event.body, startedAt }
    return { ...(await transport.send(request)), requestHeaders: logged }
  } catch (error) {
    watch.failure(error, `preparing an attempt for ${webhook.id}`)
    // A fault of ours, such as a sealed secret that the key does not open.
    return notSentReport(startedAt, 'The request could not be prepared. The server log says why.')
  }
}
