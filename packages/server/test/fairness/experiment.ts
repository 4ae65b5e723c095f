import { createWatchfulClock } from '../../src/core/watchful-clock.ts'
import { createCarry } from '../../src/carriers/carry.ts'
import { WEBHOOKS_ONLY } from '../support/webhooks-only.ts'
import type { Event } from '../../src/core/event.ts'
import { createIds } from '../../src/core/ids.ts'
import type { Webhook } from '../../src/core/webhook.ts'
import { createNetHealth } from '../../src/net/net-health.ts'
import { createDeliveryPipeline } from '../../src/pipelines/delivery-pipeline.ts'
import { DeadlineError } from '../../src/net/failures.ts'
import type { Transport } from '../../src/send/transport.ts'
import { createSigner } from '../../src/sign/signer.ts'
import { createMemoryStore } from '../../src/store/memory/index.ts'
import { reportAnswer, reportFailure } from '../support/reports.ts'
import { sampleEvent, sampleWebhook } from '../support/samples.ts'
import { createSeededRandom, createVirtualClock } from '../support/virtual-clock.ts'

/** What is tried: a crowd of webhooks with steady traffic, of which some hang. */
export interface Experiment {
  webhooks: number
  /** Each organization has as many webhooks as the others. */
  organizations: number
  eventsPerSecond: number
  slots: number
  slotsPerWebhook: number
  /** How many webhooks hang, so that every request to them takes the whole deadline and fails. */
  hanging: number
  /** From when on they hang; before, they answer as the others do. */
  hangFromMs: number
  /** Events that each of them is sent from that moment on, one a millisecond, beside the steady traffic. */
  burst: number
  /** Waits are counted from then on, and until the end. */
  measureFromMs: number
  durationMs: number
  seed: number
}

export interface Waits {
  count: number
  p50: number
  p99: number
  max: number
}

export interface Findings {
  /** Milliseconds from the request to accept an event until its first attempt starts. */
  healthy: Waits
  hanging: Waits
  attempts: number
  /** Most requests that were in flight at once. */
  inFlightMax: number
}

export const EXPERIMENT: Experiment = {
  webhooks: 1_000,
  organizations: 50,
  eventsPerSecond: 200,
  slots: 512,
  slotsPerWebhook: 10,
  hanging: 0,
  hangFromMs: 0,
  burst: 0,
  measureFromMs: 0,
  durationMs: 60_000,
  seed: 1,
}

const DEADLINE_MS = 30_000

export async function runExperiment(experiment: Experiment): Promise<Findings> {
  const time = createVirtualClock()
  const random = createSeededRandom(experiment.seed)
  const ids = createIds(time, random)
  const store = createMemoryStore({ now: () => time.now(), makeDeliveryId: () => ids.make('dlv') })
  /** By event id: when it was handed in, and when its first attempt started. */
  const sent = new Map<string, { hangs: boolean; askedAt: number; startedAt: number | null }>()
  const findings = { attempts: 0, inFlight: 0, inFlightMax: 0 }

  const transport: Transport = {
    async send(request) {
      const entry = sent.get(request.headers['webhook-id'] ?? '')
      if (entry !== undefined) entry.startedAt ??= time.monotonic()
      findings.attempts += 1
      findings.inFlight += 1
      findings.inFlightMax = Math.max(findings.inFlightMax, findings.inFlight)
      const hangs = request.url.includes('hangs') && time.monotonic() >= experiment.hangFromMs
      // From 10 to 200 ms, most of them short.
      const durationMs = hangs ? DEADLINE_MS : Math.round(10 + 190 * random.fraction() ** 3)
      await new Promise<void>((resolve) => time.after(durationMs, resolve))
      findings.inFlight -= 1
      const ended = { elapsedMs: durationMs, nowMs: time.now() }
      return hangs
        ? reportFailure(request, new DeadlineError(), {}, ended)
        : reportAnswer(request, { status: 200 }, ended)
    },
    close: async () => undefined,
  }
  const pipeline = createDeliveryPipeline({
    store,
    clock: createWatchfulClock(time),
    random,
    carry: createCarry({
      ...WEBHOOKS_ONLY,
      transport,
      signer: createSigner({ open: () => 'a-test-secret', cacheMax: 1, version: '0.0.0' }),
      clock: time,
      onFailure: fail,
    }),
    health: createNetHealth(time, () => undefined),
    watch: { eventAccepted: () => undefined, attemptSettled: () => undefined, failure: fail },
    judgeFilters: async () => new Map(),
    announce: ({ after }) => ({ events: [], telling: after.telling }),
    slots: experiment.slots,
    slotsPerWebhook: experiment.slotsPerWebhook,
  })

  const webhooks = makeWebhooks(experiment)
  for (const webhook of webhooks) await store.webhooks.create(webhook, null)
  await pipeline.start()

  function publish(index: number): void {
    const webhook = webhooks[index]!
    const event: Event = sampleEvent({
      id: ids.make('evt'),
      organizationId: webhook.organizationId,
      projectId: projectOf(index),
    })
    sent.set(event.id, { hangs: index < experiment.hanging, askedAt: time.monotonic(), startedAt: null })
    void pipeline.accept({ claim: null, run: null, submission: null, events: [event], target: null })
  }

  function publishNext(): void {
    publish(Math.floor(random.fraction() * experiment.webhooks))
    time.after(
      Math.round((-Math.log(1 - random.fraction()) * 1_000) / experiment.eventsPerSecond),
      publishNext,
    )
  }

  function publishBurst(rounds: number): void {
    if (rounds === 0) return
    for (let index = 0; index < experiment.hanging; index++) publish(index)
    time.after(1, () => publishBurst(rounds - 1))
  }

  time.after(experiment.hangFromMs, () => publishBurst(experiment.burst))
  publishNext()
  await time.advance(experiment.durationMs)

  const waits = { healthy: [] as number[], hanging: [] as number[] }
  for (const { hangs, askedAt, startedAt } of sent.values()) {
    if (askedAt < experiment.measureFromMs) continue
    waits[hangs ? 'hanging' : 'healthy'].push((startedAt ?? time.monotonic()) - askedAt)
  }
  return {
    healthy: waitsOf(waits.healthy),
    hanging: waitsOf(waits.hanging),
    attempts: findings.attempts,
    inFlightMax: findings.inFlightMax,
  }
}

function makeWebhooks({ webhooks, organizations, hanging }: Experiment): Webhook[] {
  return Array.from({ length: webhooks }, (_, index) =>
    sampleWebhook({
      id: `webhook_${index.toString(16).padStart(32, '0')}`,
      organizationId: 1 + (index % organizations),
      scope: { type: 'project', id: projectOf(index) },
      url: `https://${index < hanging ? 'hangs' : 'lives'}.example.com/${index}`,
    }),
  )
}

function projectOf(index: number): string {
  return `proj_${index.toString(16).padStart(32, '0')}`
}

function waitsOf(waits: number[]): Waits {
  const sorted = waits.sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

function fail(error: unknown): void {
  throw error
}
