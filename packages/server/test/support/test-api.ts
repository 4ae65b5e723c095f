import { createWatchfulClock } from '../../src/core/watchful-clock.ts'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { createFilterJudge } from '../../src/accept/filter/filter.ts'
import { heldExpressions, passingFilters } from '../../src/accept/filter/passing.ts'
import { createAlertService } from '../../src/pipelines/alert-service.ts'
import { createApi } from '../../src/api/app.ts'
import type { ApiState } from '../../src/api/context.ts'
import type { AttemptReport } from '../../src/core/attempt.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { LeasedDelivery } from '../../src/core/delivery.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createIds, type Ids } from '../../src/core/ids.ts'
import type { Scope, Tier } from '../../src/core/organization.ts'
import { systemRandom } from '../../src/core/random.ts'
import type { CarrierParts } from '../../src/carriers/carrier.ts'
import { createCarry } from '../../src/carriers/carry.ts'
import { createDeliveryPipeline, type DeliveryPipeline } from '../../src/pipelines/delivery-pipeline.ts'
import { createEventPipeline } from '../../src/pipelines/event-pipeline.ts'
import type { Guard } from '../../src/guard/guard.ts'
import { createResolver } from '../../src/guard/resolver.ts'
import { createPageFetcher } from '../../src/fetch/page-fetcher.ts'
import { issueKey } from '../../src/identity/api-key.ts'
import { createSecretBox } from '../../src/identity/secret-box.ts'
import { createNetHealth } from '../../src/net/net-health.ts'
import { createWatchedGuard } from '../../src/net/watched-guard.ts'
import { createMonitoring, type Monitoring } from '../../src/pipelines/monitor-service.ts'
import { createRunPipeline } from '../../src/pipelines/run-pipeline.ts'
import { createHttp1Transport } from '../../src/send/http1/http1-transport.ts'
import { createSmtpTransport } from '../../src/send/smtp-transport.ts'
import { createSigner } from '../../src/sign/signer.ts'
import { createMemoryStore } from '../../src/store/memory/index.ts'
import type { Store } from '../../src/store/store.ts'
import { createLoggerOn } from '../../src/telemetry/logger.ts'
import { createValidatorPool } from '../../src/validate/pool.ts'
import { createAnnouncer } from '../../src/watch/announce.ts'
import { createFaultWatch } from '../../src/watch/fault-watch.ts'
import type { ReplayParts } from '../../src/pipelines/webhook-replay.ts'
import { createWebhookService } from '../../src/pipelines/webhook-service.ts'

/** The API over real pipelines, a memory store and no open port; requests are injected. */
export interface TestApi {
  app: FastifyInstance
  store: Store
  state: ApiState
  ids: Ids
  clock: ShiftedClock
  /** Every line logged, as JSON. */
  log: string[]
  /** A new organization with one key. */
  organization(
    slug: string,
    options?: { scopes?: Scope[]; tier?: Tier; expiresAt?: number },
  ): Promise<TestCaller>
  close(): Promise<void>
}

export interface TestCaller {
  id: number
  slug: string
  key: string
  call(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<TestAnswer>
}

export interface TestAnswer {
  status: number
  headers: LightMyRequestResponse['headers']
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape, reached into by assertions
  body: any
  text: string
}

/** The machine's clock, which a test may set forward. */
export interface ShiftedClock extends Clock {
  shiftMs: number
}

/** As the settings' default; tests of the limit itself set a lower one. */
export interface TestApiOptions {
  logLevel?: 'info' | 'debug'
  baseUrl?: string
  rateLimitPerMinute?: number
  requestBytesMax?: number
  /** The port of a mail server on loopback; without one there are no e-mail channels. */
  mailPort?: number
  wrapStore?: (store: Store) => Store
}

export async function createTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const clock: ShiftedClock = {
    shiftMs: 0,
    now: () => systemClock.now() + clock.shiftMs,
    monotonic: () => systemClock.monotonic(),
    after: (delayMs, action) => systemClock.after(delayMs, action),
  }
  const random = systemRandom
  const ids = createIds(clock, random)
  const memory = createMemoryStore({ now: () => clock.now(), makeDeliveryId: () => ids.make('dlv') })
  const store = options.wrapStore?.(memory) ?? memory
  const box = createSecretBox(random.bytes(32))
  const contextOf = (organizationId: number, webhookId: string) => ({ organizationId, webhookId })
  const health = createNetHealth(clock, (code) => {
    faults.mended(code)
    deliveries.dispatcher.mended(code)
  })
  const guard = createWatchedGuard(
    { allowHttp: true, allowCidr: ['127.0.0.0/8'], resolver: createResolver({}), clock },
    health,
  )
  const pages = createPageFetcher({ guard, clock, version: '0.0.0', aboutUrl: () => 'https://example.com/' })
  const transport = createHttp1Transport({ guard, clock })
  const faults = createFaultWatch(clock)
  const failures: unknown[] = []
  const watch = {
    eventAccepted: () => undefined,
    attemptSettled: (_leased: LeasedDelivery, report: AttemptReport) => faults.settled(report),
    failure: (error: unknown) => failures.push(error),
  }
  const filters = createFilterJudge({ processes: 1, timeoutMs: 1_000, memoryMb: 64, clock })
  const judgeFilters: ReplayParts['judgeFilters'] = (event, texts) => passingFilters(filters, event, texts)
  const judgeExpressions: ReplayParts['judgeFilters'] = (event, texts) =>
    heldExpressions(filters, event, texts)
  const deliveries: DeliveryPipeline = createDeliveryPipeline({
    store,
    clock: createWatchfulClock(clock),
    random,
    carry: createCarry({
      transport,
      signer: createSigner({
        open: (webhook, sealed) => box.open(contextOf(webhook.organizationId, webhook.id), sealed),
        cacheMax: 100,
        version: '0.0.0',
      }),
      onFailure: watch.failure,
      mail: mailOn(options.mailPort, guard, clock),
      open: ({ organizationId, id, sealedSecret }) => box.open(contextOf(organizationId, id), sealedSecret),
      clock,
      version: '0.0.0',
    }),
    health,
    watch,
    judgeFilters,
    announce: createAnnouncer(ids),
    slots: 64,
    slotsPerWebhook: 10,
  })
  const validators = createValidatorPool({ threads: 1, timeoutMs: 10_000, memoryMb: 64, clock })
  const baseUrl = options.baseUrl ?? 'https://sealpost.example.com'
  const runs = createRunPipeline({
    store,
    validators,
    judgeExpressions,
    fetchPage: (organizationId, url, signal) => pages.fetch(organizationId, url, signal),
    checkUrl: (url) => void guard.checkUrl(url),
    accept: (unit) => deliveries.accept(unit),
    clock,
    ids,
    baseUrl: () => baseUrl,
    threads: 1,
    watch: { ...watch, runEnded: (run) => monitors.runEnded(run) },
  })
  const monitors: Monitoring = createMonitoring({
    store,
    runs,
    accept: (unit) => deliveries.accept(unit),
    clock,
    ids,
    baseUrl: () => baseUrl,
    onError: watch.failure,
  })
  const webhooks = createWebhookService({
    store,
    pipeline: deliveries,
    checkUrl: (url) => void guard.checkUrl(url),
    checkFilter: (organizationId, filter, shapes) => filters.check(organizationId, filter, shapes),
    judgeFilters,
    clock,
    ids,
  })
  await deliveries.start()

  const log: string[] = []
  const state = { draining: false, warnings: () => faults.warnings() }
  const app = await createApi({
    store,
    services: {
      runs,
      events: createEventPipeline({
        store,
        accept: (unit) => deliveries.accept(unit),
        validators,
        clock,
        ids,
      }),
      monitors,
      webhooks,
      alerts: createAlertService({ store, judgeExpressions, clock, ids, baseUrl: () => baseUrl, watch }),
      secrets: {
        seal: (organizationId, id, secret) => box.seal(contextOf(organizationId, id), secret),
        open: (organizationId, id, sealed) => box.open(contextOf(organizationId, id), sealed),
      },
    },
    settings: {
      baseUrl,
      requestBytesMax: options.requestBytesMax ?? 1024 * 1024,
      rateLimitPerMinute: options.rateLimitPerMinute ?? 120_000,
      mailSettingsMissing: options.mailPort === undefined ? ['smtp_url', 'smtp_from'] : [],
    },
    clock,
    ids,
    random,
    logger: createLoggerOn(options.logLevel ?? 'info', { write: (line: string) => void log.push(line) }),
    state,
  })

  return {
    app,
    store,
    state,
    ids,
    clock,
    log,
    async organization(slug, { scopes = ['admin' as Scope], tier = 'enterprise', expiresAt } = {}) {
      const now = clock.now()
      const existing = await store.organizations.bySlug(slug)
      const { id } =
        existing ??
        (await store.organizations.create({ slug, name: slug, tier, createdAt: now }, ids.make('proj')))
      const wanted = {
        id: ids.make('key'),
        organizationId: id,
        name: 'test',
        scopes,
        expiresAt: expiresAt ?? null,
        now,
      }
      const { key, row } = issueKey(wanted, random)
      await store.keys.create(row)
      return {
        id,
        slug,
        key,
        call: (method, url, body, headers) => send(app, key, method, url, body, headers),
      }
    },
    async close() {
      runs.stop()
      await app.close()
      await monitors.stop()
      await deliveries.drain()
      pages.close()
      await Promise.all([transport.close(), validators.close(), filters.close()])
      await store.close()
      if (failures.length > 0) throw new AggregateError(failures, 'the pipelines failed')
    },
  }
}

function mailOn(port: number | undefined, guard: Guard, clock: Clock): CarrierParts['mail'] {
  if (port === undefined) return null
  const relay = { host: '127.0.0.1', port, tls: 'off', login: null } as const
  return {
    transport: createSmtpTransport({ relay, open: guard.open, clock }),
    from: { name: 'Sealpost', address: 'alerts@example.com' },
  }
}

async function send(
  app: FastifyInstance,
  key: string,
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<TestAnswer> {
  const isBytes = typeof body === 'string' || Buffer.isBuffer(body)
  const response = await app.inject({
    method: method,
    url,
    headers: {
      ...(key !== '' && { 'x-api-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { payload: isBytes ? body : JSON.stringify(body) }),
  })
  const isJson = (response.headers['content-type'] ?? '').includes('json')
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson && response.payload !== '' ? JSON.parse(response.payload) : null,
    text: response.payload,
  }
}
