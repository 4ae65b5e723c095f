import type { EngineOptions } from '../options.ts'
import type { Store } from '../store.ts'
import { createAlertRuleStore, createAlertStore } from './alerts.ts'
import { createAnnounceDue } from './announce-due.ts'
import { createCommitWork } from './commit-work.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createEventStore } from './events.ts'
import { createEventTypeStore } from './event-types.ts'
import { createClaimStore } from './idempotency.ts'
import { createBearWaiting } from './bear-waiting.ts'
import { createKeyStore } from './keys.ts'
import { listLanes } from './lanes.ts'
import { lastTime } from './last-time.ts'
import { createMonitorStore } from './monitors.ts'
import { createOrganizationStore } from './organizations.ts'
import { createProjectStore } from './projects.ts'
import { createRecoverLeases } from './recover-leases.ts'
import { createRetentionStore } from './retention.ts'
import { createRunStore } from './runs.ts'
import { createTables } from './tables.ts'
import { createMoveWaiting } from './waiting.ts'
import { createWebhookStore } from './webhooks.ts'
import { createWorkflowStore } from './workflows.ts'

/** A store that lives as long as the object: for tests and simulations. Same rules as the others, no durability. */
export function createMemoryStore(options: EngineOptions): Store {
  const tables = createTables()
  const commitWork = createCommitWork(tables, options)
  const bearWaiting = createBearWaiting(tables, options)
  const moveWaiting = createMoveWaiting(tables, options)
  return {
    work: {
      commit: async (batch, decisions) => commitWork(batch, decisions),
      recover: createRecoverLeases(tables, options),
      lastTime: async () => tables.read(() => lastTime(tables)),
      lanes: async () => tables.read(() => listLanes(tables)),
      moveWaiting: async () => moveWaiting(),
      bearWaiting: async () => bearWaiting(),
      announceDue: createAnnounceDue(tables, options),
    },
    organizations: createOrganizationStore(tables),
    projects: createProjectStore(tables),
    workflows: createWorkflowStore(tables),
    monitors: createMonitorStore(tables),
    runs: createRunStore(tables),
    alertRules: createAlertRuleStore(tables),
    alerts: createAlertStore(tables),
    webhooks: createWebhookStore(tables, options),
    eventTypes: createEventTypeStore(tables),
    events: createEventStore(tables),
    deliveries: createDeliveryStore(tables, options.makeDeliveryId),
    keys: createKeyStore(tables),
    claims: createClaimStore(tables),
    retention: createRetentionStore(tables),
    durable: () => null,
    check: async () => tables.read(() => undefined),
    close: async () => tables.close(),
  }
}
