import type { ApiClient } from '../../support/api-client.ts'
import { EVENT_TYPE, JUDGED_EVENT_TYPE, reportOf } from '../ingest.ts'
import { ACCEPTED, reportOnce } from '../load.ts'
import { createOwner } from '../owner.ts'
import type { World } from '../world.ts'
import { noSamples, type Metric, type Samples } from './samples.ts'

/** The tenant beside the attacker: publishes, reads and tests at an even pace, and has webhooks that answer at once. */
export interface OtherTenant {
  webhookIds: readonly string[]
  /** What of its doings went wrong, a sentence each. */
  readonly failures: readonly string[]
  /** Does everything at its pace for so long; resolves when all is answered and has arrived, with how long each took. */
  workFor(ms: number): Promise<Samples>
  /** What its webhooks have come to; a sentence for each that is not as it was made. */
  harm(): Promise<string[]>
}

/** Every how many milliseconds. */
interface Paces {
  publish: number
  'publish judged': number
  read: number
  test: number
  replay: number
}

export const PACES_MS: Readonly<Record<'slice' | 'full', Paces>> = {
  slice: { publish: 50, 'publish judged': 200, read: 100, test: 500, replay: 500 },
  full: { publish: 12, 'publish judged': 50, read: 25, test: 1_000, replay: 1_000 },
}

/** The name of the receiver whose host and port the attacker may share. */
export const STEADY = 'steady'
const JUDGED = 'judged'
/** Of what was published in a phase; longer than an attempt may take. */
const ARRIVAL_MS_MAX = 60_000
const FAILURES_SHOWN_MAX = 5
const READS = ['/webhooks', '/deliveries?limit=20', '/events?limit=20'] as const

export async function createOtherTenant(world: World, paces: Paces): Promise<OtherTenant> {
  const owner = createOwner(world)
  const { receivers } = world
  const failures: string[] = []
  let failed = 0
  const webhookIds = [
    await owner.create(STEADY),
    // A filter that lets everything through: what counts is that it is judged.
    await owner.create(JUDGED, { events: [JUDGED_EVENT_TYPE], filter: 'data.number >= 0' }),
  ]

  function fail(what: string): void {
    failed += 1
    if (failed <= FAILURES_SHOWN_MAX) failures.push(what)
    else failures[FAILURES_SHOWN_MAX] = `${failed - FAILURES_SHOWN_MAX} more like these`
  }

  /** Event ids by when their publishing began. */
  type Awaited = Map<string, number>

  async function publish(
    metric: 'publish' | 'publish judged',
    samples: Samples,
    awaited: Awaited,
  ): Promise<void> {
    const type = metric === 'publish' ? EVENT_TYPE : JUDGED_EVENT_TYPE
    const number = world.facts.nextReport()
    const askedAt = Date.now()
    const begun = performance.now()
    const { status, code } = await reportOnce(world, reportOf(number, 'event', type))
    samples[metric].push(performance.now() - begun)
    const event = world.facts.ingests.findLast(({ idempotency }) => idempotency?.key === `report-${number}`)
    if (status !== ACCEPTED) fail(`a publish was answered ${String(status)} ${String(code)}`)
    for (const { id } of event?.events ?? []) awaited.set(id, askedAt)
  }

  async function read(api: ApiClient, count: number, samples: Samples): Promise<void> {
    const path = READS[count % READS.length] ?? READS[0]
    const begun = performance.now()
    const { status } = await api.call('GET', `/api/v1${path}`)
    samples.read.push(performance.now() - begun)
    if (status !== 200) fail(`GET ${path} was answered ${status}`)
  }

  async function test(api: ApiClient): Promise<void> {
    const { status, body } = await api.call('POST', `/api/v1/webhooks/${webhookIds[0]}/test`, {})
    const { delivered, code } = body as { delivered?: boolean; code?: string }
    if (status !== 200) fail(`a test was answered ${status} ${String(code)}`)
    else if (delivered !== true) fail('a test was not delivered')
  }

  /** A dry run, which reads as much and sends nothing. */
  async function replay(api: ApiClient): Promise<void> {
    const range = { since: new Date(world.facts.startedAt).toISOString(), dry_run: true }
    const { status, body } = await api.call('POST', `/api/v1/webhooks/${webhookIds[0]}/replay`, range)
    if (status >= 300) fail(`a replay was answered ${status} ${String((body as { code?: string }).code)}`)
  }

  /** Resolves when all have arrived; whatever has not by its time is a failure. */
  async function collect(name: string, metric: Metric, awaited: Awaited, samples: Samples): Promise<void> {
    const arrivals = (): Map<string, number> =>
      new Map(
        receivers.arrivals
          .filter((arrival) => arrival.name === name)
          .map(({ headers, at }) => [headers['webhook-id'] ?? '', at]),
      )
    const isThere = (): boolean => {
      const there = arrivals()
      return [...awaited.keys()].every((id) => there.has(id))
    }
    await receivers.until(isThere, ARRIVAL_MS_MAX).catch(() => undefined)
    const there = arrivals()
    for (const [id, askedAt] of awaited) {
      const at = there.get(id)
      if (at === undefined) fail(`an event had not arrived ${ARRIVAL_MS_MAX} ms after it was published`)
      else samples[metric].push(at - askedAt)
    }
  }

  return {
    webhookIds,
    failures,
    async workFor(ms) {
      const api = await world.api()
      const samples = noSamples()
      const plain: Awaited = new Map()
      const judged: Awaited = new Map()
      let reads = 0
      await atPaces(ms, [
        [paces.publish, () => publish('publish', samples, plain)],
        [paces['publish judged'], () => publish('publish judged', samples, judged)],
        [paces.read, () => read(api, (reads += 1), samples)],
        [paces.test, () => test(api)],
        [paces.replay, () => replay(api)],
      ])
      await collect(STEADY, 'receipt', plain, samples)
      await collect(JUDGED, 'receipt judged', judged, samples)
      return samples
    },
    async harm() {
      const api = await world.api()
      const shown = await Promise.all(
        webhookIds.map((id) => api.get<{ status: string; failure_count: number }>(`/api/v1/webhooks/${id}`)),
      )
      return shown
        .filter(({ status, failure_count: failures }) => status !== 'active' || failures > 0)
        .map(({ status, failure_count: count }) => `a healthy webhook is ${status} after ${count} failures`)
    },
  }
}

type Doing = readonly [everyMs: number, perform: () => Promise<void>]

/** Begins each at its pace, whatever became of the ones before; resolves when all have ended. */
async function atPaces(ms: number, doings: readonly Doing[]): Promise<void> {
  const underWay: Promise<void>[] = []
  const begun = performance.now()
  const done = doings.map(() => 0)
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const passedMs = Math.min(ms, performance.now() - begun)
      doings.forEach(([everyMs, perform], index) => {
        while ((done[index] ?? 0) * everyMs < passedMs) {
          done[index] = (done[index] ?? 0) + 1
          underWay.push(perform())
        }
      })
      if (passedMs < ms) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await Promise.all(underWay)
}
