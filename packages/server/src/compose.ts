import { createFilterJudge, type FilterJudge } from './accept/filter/filter.ts'
import { heldExpressions, passingFilters } from './accept/filter/passing.ts'
import type { CarrierParts } from './carriers/carrier.ts'
import { createCarry } from './carriers/carry.ts'
import { createAlertService } from './pipelines/alert-service.ts'
import { createApi } from './api/app.ts'
import type { ApiState } from './api/context.ts'
import type { SecretService, WebhookService } from './api/services.ts'
import { makeDataDirectory } from './config/data-directory.ts'
import type { Settings } from './config/settings.ts'
import { VERSION } from './config/version.ts'
import { systemClock, type Clock } from './core/clock.ts'
import { createIds, type Ids } from './core/ids.ts'
import { createWatchfulClock, type WatchfulClock } from './core/watchful-clock.ts'
import { LIMITS } from './core/limits.ts'
import { readMailbox, readSmtpUrl } from './core/mail.ts'
import { systemRandom, type Random } from './core/random.ts'
import { createDeliveryPipeline, type DeliveryPipeline } from './pipelines/delivery-pipeline.ts'
import { createEventPipeline } from './pipelines/event-pipeline.ts'
import { createPageFetcher } from './fetch/page-fetcher.ts'
import type { Guard } from './guard/guard.ts'
import { createResolver } from './guard/resolver.ts'
import { ensureDefaultOrganization } from './identity/bootstrap.ts'
import { createSecretBox, type SecretBox } from './identity/secret-box.ts'
import { loadOrCreateKey } from './identity/secret-key-file.ts'
import { createNetHealth, type NetHealth } from './net/net-health.ts'
import { createWatchedGuard } from './net/watched-guard.ts'
import { createMonitoring, type Monitoring } from './pipelines/monitor-service.ts'
import { createRunPipeline } from './pipelines/run-pipeline.ts'
import { createHttp1Transport } from './send/http1/http1-transport.ts'
import { createSmtpTransport } from './send/smtp-transport.ts'
import type { Transport } from './send/transport.ts'
import { createSigner } from './sign/signer.ts'
import type { BackupContents, BackupRequest } from './store/backup.ts'
import { backUpDatabase } from './store/sqlite/backup.ts'
import { lockDataDirectory } from './store/sqlite/data-directory-lock.ts'
import { openSqliteStore, type LogWatch } from './store/sqlite/index.ts'
import { surveySqliteStore } from './store/sqlite/survey.ts'
import type { Store } from './store/store.ts'
import type { StoreSurvey } from './store/survey.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'
import { createValidatorPool } from './validate/pool.ts'
import { createAnnouncer } from './watch/announce.ts'
import { createFaultWatch, type FaultWatch } from './watch/fault-watch.ts'
import { createRetentionSweep } from './watch/retention.ts'
import { createWideLog, type WideLog } from './watch/wide-log.ts'
import { createWebhookService } from './pipelines/webhook-service.ts'

/** A whole server, made of concrete parts and not yet listening. */
export interface Composed {
  /** Opens the API on the settings' host and port; resolves with its URL. */
  listen(): Promise<string>
  /**
   * Refuses new work, lets what is in flight end, closes everything. Rejects, with everything closed, when results of
   * attempts could not be stored. Safe to call twice.
   */
  stop(): Promise<void>
  /** Resolves with the reason when the disk failed and what was stored may be lost: then the process has to end at once. */
  readonly lost: Promise<Error>
}

/** Webhooks whose derived signing keys are kept in memory. */
const SIGNING_KEYS_MAX = 10_000
/** Processes that judge the filters of webhooks, started when they are needed: two for one organization, and one more for others. */
const FILTER_PROCESSES = 3
/** A little over the deadline of an attempt: nothing in flight can take longer. */
const DRAIN_MS_MAX = 35_000

/** The store the settings name. The only place that picks a storage engine. */
export async function openStore(
  settings: Settings,
  { clock, ids, offThread }: { clock: Clock; ids: Ids; offThread?: LogWatch },
): Promise<Store> {
  makeDataDirectory(settings.dataDir)
  return openSqliteStore({
    dataDir: settings.dataDir,
    now: () => clock.now(),
    makeDeliveryId: () => ids.make('dlv'),
    ...(offThread && { offThread }),
  })
}

/** A copy of the store the settings name, whether or not a server runs on it. */
export function backUpStore(settings: Settings, request: BackupRequest): Promise<BackupContents> {
  return backUpDatabase(settings.dataDir, request)
}

/** A look at the store the settings name, for whoever stands beside the server. */
export function surveyStore(settings: Pick<Settings, 'dataDir'>): StoreSurvey {
  return surveySqliteStore(settings.dataDir)
}

/** What the parts stand on. */
interface Ground {
  settings: Settings
  clock: WatchfulClock
  random: Random
  ids: Ids
  logger: Logger
  log: WideLog
  faults: FaultWatch
  store: Store
  secretBox: SecretBox
  lost: Promise<Error>
  /** Closes the store and gives the data directory free. */
  close(): Promise<void>
}

/**
 * Makes a server on a data directory that no other server uses, and takes up what an earlier one left there. Rejects
 * with the reason, and leaves nothing open, when it cannot.
 */
export async function compose(
  settings: Settings,
  { clock, random }: { clock: Clock; random: Random } = { clock: systemClock, random: systemRandom },
): Promise<Composed> {
  const ground = await openGround(settings, createWatchfulClock(clock), random)
  try {
    return await composeOn(ground)
  } catch (error) {
    await ground.close()
    throw error
  }
}

async function openGround(settings: Settings, clock: WatchfulClock, random: Random): Promise<Ground> {
  const ids = createIds(clock, random)
  const logger = await createLogger(settings)
  makeDataDirectory(settings.dataDir)
  const lock = lockDataDirectory(settings.dataDir)
  const log = createWideLog(logger, clock)
  let store: Store | null = null
  let lose: (error: Error) => void = () => undefined
  const lost = new Promise<Error>((resolve) => (lose = resolve))
  const offThread: LogWatch = {
    onLost: (error) => lose(error),
    onFault: (error) => log.failure(error, 'copying the log of the store'),
  }
  const close = async (): Promise<void> => {
    await store?.close()
    lock.release()
  }
  try {
    store = await openStore(settings, { clock, ids, offThread })
    await ensureDefaultOrganization(store, ids, clock)
    const secretBox = createSecretBox(secretKeyOf(settings))
    return {
      settings,
      clock,
      random,
      ids,
      logger,
      log,
      faults: createFaultWatch(clock),
      store,
      secretBox,
      lost,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The key that seals signing secrets: the setting's, else the data directory's own. */
function secretKeyOf({ secretKey, dataDir }: Settings): Buffer {
  return secretKey === null ? loadOrCreateKey(dataDir) : Buffer.from(secretKey, 'base64')
}

/** Puts the parts together in the order of the data's way. */
async function composeOn(ground: Ground): Promise<Composed> {
  const { settings, clock, random, ids, logger, log, faults, store } = ground
  let listening: string | null = null
  /** `--port 0` takes a free port, which the default base URL cannot know before. */
  const baseUrl = (): string =>
    settings.baseUrl.endsWith(':0') ? (listening ?? settings.baseUrl) : settings.baseUrl

  const health = createNetHealth(clock, (code) => {
    faults.mended(code)
    deliveries.dispatcher.mended(code)
  })
  const guard = createWatchedGuard(
    {
      allowHttp: settings.allowHttp,
      allowCidr: settings.allowCidr,
      resolver: createResolver({ servers: settings.dnsServers }),
      clock,
    },
    health,
  )
  const transport = createHttp1Transport({ guard, clock })
  const pages = createPageFetcher({ guard, clock, version: VERSION, aboutUrl: baseUrl })
  const filters = createFilterJudge({
    processes: FILTER_PROCESSES,
    timeoutMs: LIMITS.filterTimeoutMs,
    memoryMb: LIMITS.filterMemoryMb,
    clock,
    onError: (error) => log.failure(error, 'judging filters'),
  })
  const mail = composeMail(ground, guard)
  const deliveries: DeliveryPipeline = composeDeliveries(ground, filters, transport, mail, health)
  const validators = createValidatorPool({
    threads: settings.validatorThreads,
    timeoutMs: settings.validatorTimeoutMs,
    memoryMb: settings.validatorMemoryMb,
    clock,
  })
  const runs = createRunPipeline({
    store,
    validators,
    fetchPage: (organizationId, url, signal) => pages.fetch(organizationId, url, signal),
    checkUrl: (url) => void guard.checkUrl(url),
    judgeExpressions: (event, texts) => heldExpressions(filters, event, texts),
    accept: (unit) => deliveries.accept(unit),
    clock,
    ids,
    baseUrl,
    threads: settings.validatorThreads,
    watch: {
      ...log,
      runEnded(run, bytes) {
        log.runEnded(run, bytes)
        monitors.runEnded(run)
      },
    },
  })
  const monitors: Monitoring = createMonitoring({
    store,
    runs,
    accept: (unit) => deliveries.accept(unit),
    clock,
    ids,
    baseUrl,
    onError: (error, doing) => log.failure(error, doing),
  })
  const retention = createRetentionSweep({
    retention: store.retention,
    clock,
    retentionMs: settings.retentionMs,
    onSwept: (rows) => logger.info({ line: 'retention', rows }, 'old rows removed'),
    onExpired: ({ organizationId, webhookId, count }) =>
      logger.warn(
        { line: 'held_expired', organization_id: organizationId, webhook_id: webhookId, deliveries: count },
        'held deliveries were given up: they are older than the retention',
      ),
    onError: (error) => log.failure(error, 'removing old rows'),
  })
  const state: ApiState = { draining: false, warnings: () => faults.warnings() }
  const { requestBytesMax, rateLimitPerMinute } = settings
  const api = await createApi({
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
      alerts: createAlertService({
        store,
        judgeExpressions: (event, texts) => heldExpressions(filters, event, texts),
        clock,
        ids,
        baseUrl,
        watch: log,
      }),
      monitors,
      webhooks: composeWebhooks(ground, guard, filters, deliveries),
      secrets: composeSecrets(ground),
    },
    settings: {
      get baseUrl() {
        return baseUrl()
      },
      requestBytesMax,
      rateLimitPerMinute,
      mailSettingsMissing: mailSettingsMissing(settings),
    },
    clock,
    ids,
    random,
    logger,
    state,
  })

  async function stopAll(): Promise<void> {
    state.draining = true
    retention.stop()
    await monitors.stop()
    runs.stop()
    // After the runs, so that one whose page is cut off here is left to the next start and not ended for it.
    pages.close()
    // The API goes last: until then /readyz tells balancers to look elsewhere, and what they still send is answered.
    await drained(deliveries, clock)
    await api.close()
    await Promise.all([transport.close(), validators.close(), filters.close()])
    const lost = deliveries.stop()
    await ground.close()
    if (lost > 0)
      throw new Error(`${lost} results of attempts could not be stored; the next start sends them again`)
    logger.info({ line: 'stopped' }, 'stopped')
  }

  try {
    const cutOff = await deliveries.start()
    const resumed = await runs.resume()
    if (cutOff + resumed > 0) {
      logger.info({ line: 'resume', attempts: cutOff, runs: resumed }, 'took up unfinished work')
    }
    monitors.start()
    retention.start()
  } catch (error) {
    // By now requests may be in flight, and runs being judged.
    await Promise.allSettled([stopAll()])
    throw error
  }

  let stopping: Promise<void> | null = null
  return {
    async listen() {
      const url = await api.listen({ host: settings.host, port: settings.port })
      listening = url
      return url
    },
    stop: () => (stopping ??= stopAll()),
    lost: ground.lost,
  }
}

/** Null while the settings name no mail server, or nobody that mail comes from. */
function composeMail({ settings, clock }: Ground, { open }: Guard): CarrierParts['mail'] {
  const relay = settings.smtpUrl === null ? null : readSmtpUrl(settings.smtpUrl)
  const from = settings.smtpFrom === null ? null : readMailbox(settings.smtpFrom)
  if (relay === null || from === null) return null
  return { transport: createSmtpTransport({ relay, open, clock }), from }
}

function mailSettingsMissing({ smtpUrl, smtpFrom }: Settings): string[] {
  return [...(smtpUrl === null ? ['smtp_url'] : []), ...(smtpFrom === null ? ['smtp_from'] : [])]
}

function composeDeliveries(
  ground: Ground,
  filters: FilterJudge,
  transport: Transport,
  mail: CarrierParts['mail'],
  health: NetHealth,
): DeliveryPipeline {
  const { settings, clock, random, ids, log, faults, store, secretBox } = ground
  const signer = createSigner({
    open: ({ organizationId, id: webhookId }, sealed) =>
      secretBox.open({ organizationId, webhookId }, sealed),
    cacheMax: SIGNING_KEYS_MAX,
    version: VERSION,
  })
  return createDeliveryPipeline({
    store,
    clock,
    random,
    carry: createCarry({
      transport,
      signer,
      mail,
      open: ({ organizationId, id: webhookId, sealedSecret }) =>
        secretBox.open({ organizationId, webhookId }, sealedSecret),
      onFailure: (error, doing) => log.failure(error, doing),
      clock,
      version: VERSION,
    }),
    health,
    watch: {
      ...log,
      attemptSettled(leased, report, outcome) {
        faults.settled(report)
        log.attemptSettled(leased, report, outcome)
      },
    },
    judgeFilters: (event, texts) => passingFilters(filters, event, texts),
    announce: createAnnouncer(ids),
    slots: settings.sendConcurrency,
    slotsPerWebhook: settings.webhookConcurrency,
  })
}

function composeWebhooks(
  ground: Ground,
  guard: Guard,
  filters: FilterJudge,
  pipeline: DeliveryPipeline,
): WebhookService {
  const { store, clock, ids } = ground
  return createWebhookService({
    store,
    pipeline,
    checkUrl: (url) => void guard.checkUrl(url),
    checkFilter: (organizationId, filter, shapes) => filters.check(organizationId, filter, shapes),
    judgeFilters: (event, texts) => passingFilters(filters, event, texts),
    clock,
    ids,
  })
}

function composeSecrets({ secretBox }: Ground): SecretService {
  return {
    seal: (organizationId, name, secret) => secretBox.seal({ organizationId, webhookId: name }, secret),
    open: (organizationId, name, sealed) => secretBox.open({ organizationId, webhookId: name }, sealed),
  }
}

/** What hangs for longer than an attempt may take is left to the next start, as after a crash. */
function drained(deliveries: DeliveryPipeline, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(DRAIN_MS_MAX, resolve)
    void deliveries.drain().then(() => {
      timer.cancel()
      resolve()
    })
  })
}
