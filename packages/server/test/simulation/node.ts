import { createCarry } from '../../src/carriers/carry.ts'
import { WEBHOOKS_ONLY } from '../support/webhooks-only.ts'
import { Problem } from '../../src/core/errors.ts'
import { createIds, type Ids } from '../../src/core/ids.ts'
import {
  createDeliveryPipeline,
  type DeliveryParts,
  type DeliveryPipeline,
  type DeliveryWatch,
} from '../../src/pipelines/delivery-pipeline.ts'
import { createNetHealth } from '../../src/net/net-health.ts'
import { createSigner } from '../../src/sign/signer.ts'
import type { Store } from '../../src/store/store.ts'
import { createLoggerOn } from '../../src/telemetry/logger.ts'
import { createAnnouncer } from '../../src/watch/announce.ts'
import { createRetentionSweep } from '../../src/watch/retention.ts'
import { createWideLog } from '../../src/watch/wide-log.ts'
import { createWebhookService } from '../../src/pipelines/webhook-service.ts'
import type { WebhookService } from '../../src/api/services.ts'
import type { Dice } from './dice.ts'
import { passes } from './filters.ts'
import type { Notes } from './notes.ts'
import type { SimulatedProcess } from './process.ts'
import type { Network } from './network/network.ts'
import type { Scenario } from './scenario.ts'
import type { Vault } from './vault.ts'

/** One server: the engine in a process of its own, over the store that all share. */
export interface SimulatedNode {
  readonly process: SimulatedProcess
  /** As this process reaches it. */
  readonly store: Store
  readonly ids: Ids
  readonly pipeline: DeliveryPipeline
  readonly webhooks: WebhookService
  /** Takes up its work; rejects when the store does not let it. */
  start(): Promise<void>
  /** An orderly stop. */
  drain(): Promise<void>
}

export interface NodeParts {
  process: SimulatedProcess
  store: Store
  network: Network
  vault: Vault
  notes: Notes
  scenario: Scenario
  dice: Dice
}

/** Judging takes time in a thread of its own, in which a webhook may be given another filter. */
const JUDGE_MS_MAX = 5

export function createNode(parts: NodeParts): SimulatedNode {
  const { process, store, notes, scenario, dice } = parts
  const { clock } = process
  const ids = createIds(clock, dice)
  const watch = createWatch(notes, scenario)
  const judgeFilters: DeliveryParts['judgeFilters'] = async (event, filters) => {
    await new Promise<void>((resolve) => void clock.after(dice.integer(0, JUDGE_MS_MAX), resolve))
    return new Map(filters.map((filter) => [filter, passes(filter, event)]))
  }
  const health = createNetHealth(clock, (code) => pipeline.dispatcher.mended(code))
  const pipeline: DeliveryPipeline = createDeliveryPipeline({
    store,
    clock,
    random: dice,
    carry: createCarry({
      ...WEBHOOKS_ONLY,
      transport: parts.network.transportOf(process, health),
      signer: createSigner({
        open: (webhook, sealed) => parts.vault.open(webhook, sealed),
        cacheMax: 100,
        version: '0.0.0',
      }),
      clock,
      onFailure: (error, doing) => watch.failure(error, doing),
    }),
    health,
    watch,
    judgeFilters,
    announce: createAnnouncer(ids),
    slots: scenario.slots,
    slotsPerWebhook: scenario.slotsPerWebhook,
  })
  const webhooks = createWebhookService({
    store,
    pipeline,
    checkUrl: () => undefined,
    checkFilter: async () => ({ refused: null, remarks: [] }),
    judgeFilters,
    clock,
    ids,
  })
  const retention = createRetentionSweep({
    retention: store.retention,
    clock,
    retentionMs: scenario.retentionMs ?? 0,
    onSwept: () => undefined,
    onExpired: () => undefined,
    onError: (error) => watch.failure(error, 'removing what is old'),
  })

  return {
    process,
    store,
    ids,
    pipeline,
    webhooks,
    async start() {
      await pipeline.start()
      if (scenario.retentionMs !== null) retention.start()
    },
    async drain() {
      retention.stop()
      await pipeline.drain()
      pipeline.stop()
    },
  }
}

/** Counts as the metrics do, and writes the log where the scenario wants it read. */
function createWatch(notes: Notes, { keepsLog }: Scenario): DeliveryWatch {
  let line = ''
  const log = createWideLog(createLoggerOn('info', { write: (text: string) => void (line = text) }))

  function keep(organizationId: number | null, write: () => void): void {
    if (!keepsLog) return
    write()
    notes.texts.push({ where: 'log', organizationId, text: line })
  }

  return {
    eventAccepted(event, deliveries) {
      notes.counts['events accepted'] += 1
      keep(event.organizationId, () => log.eventAccepted(event, deliveries))
    },
    attemptSettled(leased, report, outcome) {
      if (outcome.stale && outcome.error !== undefined)
        notes.failures.push(`settling: ${String(outcome.error)}`)
      // Of those that are unknown nobody counts what a crash cut off.
      if (!outcome.stale && report.outcome !== 'unknown') notes.counts[`attempts ${report.outcome}`] += 1
      if (!outcome.stale && outcome.stopped) hearOfStop(notes, outcome.webhook.id)
      keep(leased.delivery.organizationId, () => log.attemptSettled(leased, report, outcome))
    },
    failure(error, doing) {
      // A refusal of the store is weather; anything else is a fault of the engine's.
      if (!(error instanceof Problem)) notes.failures.push(`${doing}: ${String(error)}`)
      keep(null, () => log.failure(error, doing))
    },
  }
}

function hearOfStop(notes: Notes, webhookId: string): void {
  const stop = notes.changes.findLast((change) => change.webhookId === webhookId && change.what === 'stopped')
  if (stop !== undefined) stop.answeredAt = notes.now()
}
