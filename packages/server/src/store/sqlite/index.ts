import type { DatabaseSync } from 'node:sqlite'
import type { EngineOptions } from '../options.ts'
import type { Store } from '../store.ts'
import type { WorkStore } from '../work.ts'
import { createAcceptUnits } from './accept-units.ts'
import { createClaimDue } from './claim-due.ts'
import { createCommitWork } from './commit-work.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './connection.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createEventStore } from './events.ts'
import { createIdempotency } from './idempotency.ts'
import type { Idempotency } from './idempotency.ts'
import { createKeyStore } from './keys.ts'
import { createListLanes } from './lanes.ts'
import { openDatabase } from './open-database.ts'
import { createOrganizationStore } from './organizations.ts'
import { createProjectStore } from './projects.ts'
import { createRecoverLeases } from './recover-leases.ts'
import { createRetentionStore } from './retention.ts'
import { createRunStore } from './runs.ts'
import { createSettlePort } from './settle-results.ts'
import { createWebhookCache } from './webhook-cache.ts'
import type { WebhookCache } from './webhook-cache.ts'
import { createWebhookStore } from './webhooks.ts'
import { createWorkflowStore } from './workflows.ts'

export { lockDataDirectory } from './data-directory-lock.ts'

export interface SqliteOptions extends EngineOptions {
  /** Made when it is not there. The database is `sealpost.db` in it. */
  dataDir: string
}

/**
 * The embedded store: one SQLite database. The server is its one long writer; the command line may open it beside
 * (see data-directory-lock.ts) for organizations and keys. Throws when the database was written by a newer program.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const database = openDatabase(options.dataDir)
  return createStoreOn(database, createConnection(database), options)
}

/** The store over a database that is open and migrated. */
export function createStoreOn(database: DatabaseSync, connection: Connection, options: EngineOptions): Store {
  const webhooks = createWebhookCache(connection)
  const idempotency = createIdempotency(connection)
  return {
    work: createWorkStore(connection, webhooks, idempotency, options),
    organizations: createOrganizationStore(connection, idempotency),
    projects: createProjectStore(connection, idempotency),
    workflows: createWorkflowStore(connection, idempotency),
    runs: createRunStore(connection),
    webhooks: createWebhookStore(connection, webhooks, idempotency),
    events: createEventStore(connection),
    deliveries: createDeliveryStore(connection),
    keys: createKeyStore(connection, idempotency),
    retention: createRetentionStore(connection),
    check: createCheck(database, connection),
    close: async () => {
      if (database.isOpen) database.close()
    },
  }
}

function createWorkStore(
  connection: Connection,
  webhooks: WebhookCache,
  idempotency: Idempotency,
  { now, makeDeliveryId }: EngineOptions,
): WorkStore {
  const settlePort = createSettlePort(connection, webhooks)
  const commitWork = createCommitWork(connection, {
    webhooks,
    settlePort,
    acceptUnits: createAcceptUnits(connection, webhooks, idempotency, makeDeliveryId),
    claimDue: createClaimDue(connection, webhooks),
  })
  const recoverLeases = createRecoverLeases(connection, webhooks, settlePort, now)
  const listLanes = createListLanes(connection)
  return {
    commit: async (batch, decisions) => commitWork(batch, decisions),
    recover: async (decisions) => recoverLeases(decisions),
    lanes: async () => listLanes(),
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
