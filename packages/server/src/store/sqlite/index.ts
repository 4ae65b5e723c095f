import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { LIMITS } from '../../core/limits.ts'
import { commitBounds, fanoutRowsPerSlice } from '../options.ts'
import type { EngineOptions } from '../options.ts'
import { judgeClaim } from '../rules/claims.ts'
import type { Store } from '../store.ts'
import type { WorkStore } from '../work.ts'
import { createAlertRuleStore } from './alert-rules.ts'
import { createAlertStore } from './alerts.ts'
import { createAcceptPorts } from './accept-units.ts'
import { createClaimDue } from './claim-due.ts'
import { createCommitWork } from './commit-work.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createDeliveryPlaces } from './delivery-places.ts'
import type { DeliveryPlaces } from './delivery-places.ts'
import { createEventStore, createEventTimes } from './events.ts'
import { createEventTypeStore } from './event-types.ts'
import { createIdempotency } from './idempotency.ts'
import type { Idempotency } from './idempotency.ts'
import { createKeyStore } from './keys.ts'
import { createListLanes } from './lanes.ts'
import { createLastTime } from './last-time.ts'
import { createLines } from './lines.ts'
import type { Lines } from './lines.ts'
import { DATABASE_FILE_NAME, openDatabase } from './open-database.ts'
import { createMonitorStore } from './monitors.ts'
import { createOrganizationStore } from './organizations.ts'
import { createProjectStore } from './projects.ts'
import { createRecoverLeases } from './recover-leases.ts'
import { createReleaseLease } from './release-leases.ts'
import { createRemembered } from './remembered.ts'
import { createRetentionStore } from './retention.ts'
import { createRunStore } from './runs.ts'
import { createAnnounceDue } from './announce-due.ts'
import { createBearWaiting } from './bear-waiting.ts'
import { createFanouts } from './fanouts.ts'
import { createForcedLog, type LogWatch } from './forced-log.ts'
import type { Fanouts } from './fanouts.ts'
import { createFindSendable } from './sendable.ts'
import { createSettlePort } from './settle-results.ts'
import { createTallies, type Tallies } from './tallies.ts'
import { createWaitingDeliveries } from './waiting.ts'
import type { WaitingDeliveries } from './waiting.ts'
import { createWebhookCache } from './webhook-cache.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { createWebhookMoves } from './webhook-moves.ts'
import type { WebhookMoves } from './webhook-moves.ts'
import { createWebhookStore } from './webhooks.ts'
import { createWorkflowStore } from './workflows.ts'

export { lockDataDirectory } from './data-directory-lock.ts'
export type { LogWatch } from './forced-log.ts'

export interface SqliteOptions extends EngineOptions {
  /** A directory that is there (config/data-directory.ts makes it). The database is `sealpost.db` in it. */
  dataDir: string
  /**
   * For the one server of a data directory: the disk does its part of a commit off this thread (forced-log.ts). Without it
   * each commit waits for the disk by itself, which is all that the few writes of a command need.
   */
  offThread?: LogWatch
}

/**
 * The embedded store: one SQLite database. The server is its one long writer; the command line may open it beside
 * (see data-directory-lock.ts) for organizations and keys. Throws when the database was written by a newer program.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { dataDir, offThread } = options
  const database = openDatabase(dataDir)
  if (offThread === undefined) return createStoreOn(database, createConnection(database), options)
  const log = createForcedLog(database, join(dataDir, DATABASE_FILE_NAME), offThread)
  return createStoreOn(database, createConnection(database, log), options)
}

/** The store over a database that is open and migrated. */
export function createStoreOn(database: DatabaseSync, connection: Connection, options: EngineOptions): Store {
  const webhooks = createWebhookCache(connection)
  const places = createDeliveryPlaces(connection)
  const remembered = createRemembered(connection, options.now)
  const idempotency = createIdempotency(connection)
  const fanouts = createFanouts(connection)
  const moves = createWebhookMoves(connection, fanouts)
  const lines = createLines(connection)
  const tallies = createTallies(connection, webhooks)
  const rowsPerSlice = options.moveRowsPerSlice ?? LIMITS.moveRowsPerSlice
  const waiting = createWaitingDeliveries(connection, { webhooks, moves, lines }, rowsPerSlice)
  return {
    work: createWorkStore(
      connection,
      { places, webhooks, idempotency, fanouts, moves, lines, waiting, tallies },
      options,
    ),
    organizations: createOrganizationStore(connection, idempotency),
    projects: createProjectStore(connection, idempotency),
    workflows: createWorkflowStore(connection, idempotency),
    monitors: createMonitorStore(connection, idempotency),
    runs: createRunStore(connection),
    alertRules: createAlertRuleStore(connection, idempotency),
    alerts: createAlertStore(connection),
    webhooks: createWebhookStore(connection, webhooks, idempotency, waiting, tallies, options.now),
    eventTypes: createEventTypeStore(connection, idempotency, remembered),
    events: createEventStore(connection),
    deliveries: createDeliveryStore(connection, webhooks, moves, idempotency, options.makeDeliveryId),
    keys: createKeyStore(connection, idempotency, remembered),
    claims: {
      judge: async (claim) => connection.read(() => judgeClaim(claim, idempotency.earlierClaim(claim))),
    },
    retention: createRetentionStore(connection, webhooks, tallies),
    check: createCheck(database, connection),
    durable: () => connection.durable(),
    close: async () => {
      await connection.close()
      if (database.isOpen) database.close()
    },
  }
}

interface WorkParts {
  places: DeliveryPlaces
  webhooks: WebhookCache
  idempotency: Idempotency
  fanouts: Fanouts
  moves: WebhookMoves
  lines: Lines
  waiting: WaitingDeliveries
  tallies: Tallies
}

function createWorkStore(connection: Connection, parts: WorkParts, options: EngineOptions): WorkStore {
  const { webhooks, waiting } = parts
  const { now, makeDeliveryId } = options
  const settlePort = createSettlePort(connection, parts)
  const bearWaiting = createBearWaiting(connection, { ...parts, makeDeliveryId }, fanoutRowsPerSlice(options))
  const announcePort = {
    bounds: commitBounds(options),
    settlePort,
    openAcceptPort: createAcceptPorts(connection, { ...parts, makeDeliveryId }),
    eventTimes: createEventTimes(connection),
  }
  const commitWork = createCommitWork(connection, webhooks, {
    ...announcePort,
    releaseLease: createReleaseLease(connection),
    claimDue: createClaimDue(connection, parts, createFindSendable(webhooks, parts.moves)),
  })
  const listLanes = createListLanes(connection)
  const lastTime = createLastTime(connection)
  return {
    commit: (batch, decisions) => connection.durably(() => commitWork(batch, decisions)),
    recover: createRecoverLeases(connection, webhooks, settlePort, now),
    lastTime: async () => lastTime(),
    lanes: async () => listLanes(),
    moveWaiting: () => waiting.next(),
    bearWaiting,
    announceDue: createAnnounceDue(connection, webhooks, announcePort),
  }
}

/**
 * A healthy store is proved by its traffic, so a probe takes the write lock and no more. After a failed write it writes
 * for real, because a full disk still lends its locks.
 */
function createCheck(database: DatabaseSync, connection: Connection): () => Promise<void> {
  return async () => {
    connection.write(() => {
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
      if (connection.ailing) database.exec(`PRAGMA user_version = ${version}`)
    })
    connection.proveHealthy()
  }
}
