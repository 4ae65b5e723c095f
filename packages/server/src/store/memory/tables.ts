import type { Alert, AlertRule } from '../../core/alert.ts'
import type { Attempt } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import { Problem } from '../../core/errors.ts'
import type { CustomEventType } from '../../core/event-type.ts'
import type { Event } from '../../core/event.ts'
import type { Monitor } from '../../core/monitor.ts'
import type { ApiKey, Organization, Project } from '../../core/organization.ts'
import { isEnded } from '../../core/run.ts'
import type { Run } from '../../core/run.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Workflow } from '../../core/workflow.ts'
import type { Fanout } from '../rules/fanouts.ts'
import type { QueuedMove } from '../rules/moves.ts'
import type { IdempotencyClaim, WebhookTally } from '../store.ts'
import { createTable, undo } from './table.ts'
import type { Journal, Table } from './table.ts'

export interface StoredWorkflow extends Workflow {
  deletedAt: number | null
}

export interface StoredSubmission {
  runId: string
  content: Buffer | null
}

/** A delivery's place is its id: this process makes them all, in their order. */
export interface StoredMove extends QueuedMove<string> {
  seq: number
  webhookId: string
  organizationId: number
  /** The `seq` of the last fan-out that it waits for; null when all that it is about are there. */
  waitsFor: number | null
}

export interface StoredTally extends Omit<WebhookTally, 'held'> {
  webhookId: string
}

/** `seq` is their order. */
export interface StoredFanout extends Fanout {
  seq: number
}

type MonitorIndex = 'organization' | 'workflow' | 'enabled' | 'untold'
type DeliveryIndex = 'organization' | 'webhook' | 'event' | 'ready' | 'waiting' | 'line' | 'leased'

/** The last delivery that sends an event to a webhook again. */
export interface Resent {
  eventId: string
  webhookId: string
  newestId: string
}

export interface Tables {
  organizations: Table<Organization, 'slug'>
  projects: Table<Project, 'organization'>
  workflows: Table<StoredWorkflow, 'organization' | 'project'>
  monitors: Table<Monitor, MonitorIndex>
  runs: Table<Run, 'organization' | 'unfinished'>
  alertRules: Table<AlertRule, 'organization'>
  alerts: Table<Alert, 'organization'>
  submissions: Table<StoredSubmission, never>
  webhooks: Table<Webhook, 'organization' | 'untold'>
  eventTypes: Table<CustomEventType, 'organization'>
  events: Table<Event, 'organization' | 'run'>
  /** Events that the sweep took a delivery of. */
  sweptEvents: Table<{ eventId: string }, never>
  deliveries: Table<Delivery, DeliveryIndex>
  moves: Table<StoredMove, 'webhook'>
  tallies: Table<StoredTally, never>
  fanouts: Table<StoredFanout, 'organization' | 'event'>
  resends: Table<Resent, never>
  attempts: Table<Attempt, 'delivery'>
  claims: Table<IdempotencyClaim, never>
  keys: Table<ApiKey, 'organization' | 'hash'>
  /** Runs `action` whole or not at all. Rejects once the store is closed. */
  transact<Result>(action: (savepoint: Savepoint) => Result): Result
  /** Refuses reads once the store is closed. */
  read<Result>(action: () => Result): Result
  /** Counts what may change whom an organization's events are owed to. */
  hearersVersion(organizationId: number): number
  countHearersChange(organizationId: number): void
  close(): void
}

/** Runs a part of a transaction so that its failure undoes that part alone. The failure is thrown on. */
export type Savepoint = <Result>(action: () => Result) => Result

export function createTables(): Tables {
  const journal: Journal = []
  const versions = new Map<number, number>()
  let closed = false

  function assertOpen(): void {
    if (closed) throw new Problem('store_unavailable', 'The store is closed')
  }

  function savepoint<Result>(action: () => Result): Result {
    const mark = journal.length
    try {
      return action()
    } catch (error) {
      undo(journal, mark)
      throw error
    }
  }

  return {
    ...createWorkTables(journal),
    ...createOwnerTables(journal),
    transact(action) {
      assertOpen()
      try {
        return savepoint(() => action(savepoint))
      } finally {
        journal.length = 0
      }
    },
    read(action) {
      assertOpen()
      return action()
    },
    hearersVersion: (organizationId) => versions.get(organizationId) ?? 0,
    countHearersChange: (organizationId) =>
      void versions.set(organizationId, (versions.get(organizationId) ?? 0) + 1),
    close() {
      closed = true
    },
  }
}

function createWorkTables(journal: Journal) {
  return {
    webhooks: createTable<Webhook, 'organization' | 'untold'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      untold: (row) => (row.telling.dueAt === null ? null : 'untold'),
    }),
    events: createTable<Event, 'organization' | 'run'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      run: (row) => row.runId,
    }),
    sweptEvents: createTable<{ eventId: string }>(journal, (row) => row.eventId, {}),
    deliveries: createTable<Delivery, DeliveryIndex>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      webhook: (row) => row.webhookId,
      event: (row) => row.eventId,
      ready: (row) => (row.dueAt !== null && row.leasedAt === null ? row.webhookId : null),
      waiting: (row) => (row.state === 'pending' || row.state === 'held' ? row.webhookId : null),
      line: (row) =>
        row.orderKey === null || row.endedAt !== null ? null : lineKey(row.webhookId, row.orderKey),
      leased: (row) => (row.leasedAt === null ? null : 'leased'),
    }),
    resends: createTable<Resent>(journal, ({ eventId, webhookId }) => `${eventId} ${webhookId}`, {}),
    moves: createTable<StoredMove, 'webhook'>(journal, (row) => row.seq, {
      webhook: (row) => row.webhookId,
    }),
    tallies: createTable<StoredTally>(journal, (row) => row.webhookId, {}),
    fanouts: createTable<StoredFanout, 'organization' | 'event'>(journal, (row) => row.seq, {
      organization: (row) => row.event.organizationId,
      event: (row) => row.event.id,
    }),
    attempts: createTable<Attempt, 'delivery'>(journal, (row) => `${row.deliveryId}/${row.number}`, {
      delivery: (row) => row.deliveryId,
    }),
    claims: createTable<IdempotencyClaim>(journal, claimKey, {}),
  }
}

function createOwnerTables(journal: Journal) {
  return {
    organizations: createTable<Organization, 'slug'>(journal, (row) => row.id, { slug: (row) => row.slug }),
    projects: createTable<Project, 'organization'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
    }),
    workflows: createTable<StoredWorkflow, 'organization' | 'project'>(journal, (row) => row.id, {
      organization: (row) => (row.deletedAt === null ? row.organizationId : null),
      project: (row) => (row.deletedAt === null ? row.projectId : null),
    }),
    monitors: createTable<Monitor, MonitorIndex>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      workflow: (row) => row.workflowId,
      enabled: (row) => (row.enabled ? 'enabled' : null),
      untold: (row) => (row.telling.dueAt === null ? null : 'untold'),
    }),
    runs: createTable<Run, 'organization' | 'unfinished'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      unfinished: (row) => (isEnded(row) ? null : 'unfinished'),
    }),
    alertRules: createTable<AlertRule, 'organization'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
    }),
    alerts: createTable<Alert, 'organization'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
    }),
    submissions: createTable<StoredSubmission>(journal, (row) => row.runId, {}),
    eventTypes: createTable<CustomEventType, 'organization'>(journal, eventTypeKey, {
      organization: (row) => row.organizationId,
    }),
    keys: createTable<ApiKey, 'organization' | 'hash'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      hash: (row) => row.hash,
    }),
  }
}

export function eventTypeKey({
  organizationId,
  type,
}: Pick<CustomEventType, 'organizationId' | 'type'>): string {
  return JSON.stringify([organizationId, type])
}

/** Ids have no space in them. */
export function lineKey(webhookId: string, orderKey: string): string {
  return `${webhookId} ${orderKey}`
}

export function claimKey(claim: Pick<IdempotencyClaim, 'organizationId' | 'operation' | 'key'>): string {
  return JSON.stringify([claim.organizationId, claim.operation, claim.key])
}
