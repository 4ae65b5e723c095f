import { createCarry } from '../../src/carriers/carry.ts'
import type { OutboundReport, OutboundRequest, Transport } from '../../src/send/transport.ts'
import type { Event } from '../../src/core/event.ts'
import { createWatchfulClock } from '../../src/core/watchful-clock.ts'
import { createIds, type Ids } from '../../src/core/ids.ts'
import type { Webhook, WebhookChange } from '../../src/core/webhook.ts'
import {
  createDeliveryPipeline,
  type DeliveryParts,
  type DeliveryPipeline,
  type DeliveryWatch,
} from '../../src/pipelines/delivery-pipeline.ts'
import { createNetHealth } from '../../src/net/net-health.ts'
import { createSigner } from '../../src/sign/signer.ts'
import { createWebhookService } from '../../src/pipelines/webhook-service.ts'
import { createMemoryStore } from '../../src/store/memory/index.ts'
import type { Store } from '../../src/store/store.ts'
import { createAnnouncer } from '../../src/watch/announce.ts'
import { WEBHOOKS_ONLY } from './webhooks-only.ts'
import { reportAnswer, type ScriptedAnswer } from './reports.ts'
import { sampleEvent, sampleWebhook } from './samples.ts'
import { createSeededRandom, createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** What a scripted receiver does with one request: an answer at once, or nothing until it is told. */
export type Answer = number | ScriptedAnswer | Promise<number | ScriptedAnswer>

export interface Engine {
  clock: VirtualClock
  store: Store
  ids: Ids
  pipeline: DeliveryPipeline
  /** Every request that went out, oldest first. */
  requests: OutboundRequest[]
  /** Every event that was told to be accepted, oldest first. */
  accepted: Event[]
  failures: unknown[]
  addWebhook(fields?: Partial<Webhook>): Promise<Webhook>
  /** Accepts `count` events, of run.completed unless `fields` say otherwise, each in a unit of its own. */
  publish(count?: number, fields?: Partial<Event>): Promise<Event[]>
  webhook(id: string): Promise<Webhook>
  /** Sends a delivery again by hand, as the API does. */
  resend(deliveryId: string): Promise<string | undefined>
  /** Changes a webhook as the API does. */
  change(id: string, decide: (webhook: Webhook) => WebhookChange): Promise<Webhook | null>
  /** A second engine over the same store, as after a crash: the first is simply not used any more. */
  restart(answer: (request: OutboundRequest) => Answer): Promise<Engine>
}

export interface EngineOptions {
  answer?: (request: OutboundRequest) => Answer
  slots?: number
  slotsPerWebhook?: number
  wrap?: (store: Store) => Store
  /** Lets everything through unless a test says otherwise. */
  judgeFilters?: DeliveryParts['judgeFilters']
}

/** The engine over virtual time, a memory store and a scripted network, already started. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const clock = createVirtualClock()
  const ids = createIds(clock, createSeededRandom(1))
  const memory = createMemoryStore({ now: () => clock.now(), makeDeliveryId: () => ids.make('dlv') })
  await memory.organizations.create(
    { slug: 'default', name: 'Default', tier: 'enterprise', createdAt: clock.now() },
    ids.make('proj'),
  )
  return startOn(options.wrap?.(memory) ?? memory, clock, ids, options)
}

async function startOn(store: Store, clock: VirtualClock, ids: Ids, options: EngineOptions): Promise<Engine> {
  const requests: OutboundRequest[] = []
  const accepted: Event[] = []
  const failures: unknown[] = []
  const watch: DeliveryWatch = {
    eventAccepted: (event) => accepted.push(event),
    attemptSettled: () => undefined,
    failure: (error) => failures.push(error),
  }
  const judgeFilters = options.judgeFilters ?? passAll
  const pipeline = createDeliveryPipeline({
    store,
    clock: createWatchfulClock(clock),
    random: createSeededRandom(2),
    carry: createCarry({
      ...WEBHOOKS_ONLY,
      transport: scripted(clock, requests, options.answer ?? (() => 200)),
      signer: createSigner({ open: () => 'a-test-secret', cacheMax: 10, version: '0.0.0' }),
      clock,
      onFailure: (error) => failures.push(error),
    }),
    health: createNetHealth(clock, () => undefined),
    watch,
    judgeFilters,
    announce: createAnnouncer(ids),
    slots: options.slots ?? 512,
    slotsPerWebhook: options.slotsPerWebhook ?? 10,
  })
  await pipeline.start()
  const webhooks = createWebhookService({
    store,
    pipeline,
    checkUrl: () => undefined,
    checkFilter: async () => ({ refused: null, remarks: [] }),
    judgeFilters,
    clock,
    ids,
  })
  return {
    clock,
    store,
    ids,
    pipeline,
    requests,
    accepted,
    failures,
    async addWebhook(fields = {}) {
      const webhook = sampleWebhook({ id: ids.make('webhook'), ...fields })
      await store.webhooks.create(webhook, null)
      return webhook
    },
    async publish(count = 1, fields = {}) {
      const events = Array.from({ length: count }, () => sampleEvent({ id: ids.make('evt'), ...fields }))
      const asked = Promise.allSettled(
        events.map((event) =>
          pipeline.accept({ claim: null, run: null, submission: null, events: [event], target: null }),
        ),
      )
      await clock.advance(10)
      for (const outcome of await asked) if (outcome.status === 'rejected') throw outcome.reason
      return events
    },
    resend: async (deliveryId) => (await webhooks.resend(1, deliveryId, null))?.outcome,
    change: (id, decide) => webhooks.change(1, id, decide),
    async webhook(id) {
      const webhook = await store.webhooks.byId(id)
      if (webhook === null) throw new Error(`no webhook ${id}`)
      return webhook
    },
    restart: (answer) => startOn(store, clock, ids, { ...options, answer }),
  }
}

async function passAll(_event: Event, filters: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  return new Map(filters.map((filter) => [filter, true]))
}

function scripted(
  clock: VirtualClock,
  requests: OutboundRequest[],
  answer: (request: OutboundRequest) => Answer,
): Transport {
  return {
    async send(request): Promise<OutboundReport> {
      requests.push(request)
      const begunAt = clock.monotonic()
      const answered = await answer(request)
      const whole = typeof answered === 'number' ? { status: answered } : answered
      const elapsedMs = clock.monotonic() - begunAt
      return reportAnswer(request, whole, { elapsedMs, nowMs: clock.now() })
    },
    close: async () => undefined,
  }
}
