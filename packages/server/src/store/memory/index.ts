import type { EngineOptions } from '../options.ts'
import type { Store } from '../store.ts'
import { commitWork } from './commit-work.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createEventStore } from './events.ts'
import { createKeyStore } from './keys.ts'
import { listLanes } from './lanes.ts'
import { createOrganizationStore } from './organizations.ts'
import { createProjectStore } from './projects.ts'
import { recoverLeases } from './recover-leases.ts'
import { createRetentionStore } from './retention.ts'
import { createRunStore } from './runs.ts'
import { createTables } from './tables.ts'
import { createWebhookStore } from './webhooks.ts'
import { createWorkflowStore } from './workflows.ts'

/** A store that lives as long as the object: for tests and simulations. Same rules as the others, no durability. */
export function createMemoryStore({ now, makeDeliveryId }: EngineOptions): Store {
  const tables = createTables()
  return {
    work: {
      commit: async (batch, decisions) => commitWork(tables, batch, decisions, makeDeliveryId),
      recover: async (decisions) => recoverLeases(tables, decisions, now),
      lanes: async () => tables.read(() => listLanes(tables)),
    },
    organizations: createOrganizationStore(tables),
    projects: createProjectStore(tables),
    workflows: createWorkflowStore(tables),
    runs: createRunStore(tables),
    webhooks: createWebhookStore(tables),
    events: createEventStore(tables),
    deliveries: createDeliveryStore(tables),
    keys: createKeyStore(tables),
    retention: createRetentionStore(tables),
    check: async () => tables.read(() => undefined),
    close: async () => tables.close(),
  }
}
