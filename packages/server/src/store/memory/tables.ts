import type { Attempt } from '../../core/attempt.ts'
import type { Delivery } from '../../core/delivery.ts'
import { Problem } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { ApiKey, Organization, Project } from '../../core/organization.ts'
import { isEnded } from '../../core/run.ts'
import type { Run } from '../../core/run.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Workflow } from '../../core/workflow.ts'
import type { IdempotencyClaim } from '../store.ts'
import { createTable, undo } from './table.ts'
import type { Journal, Table } from './table.ts'

export interface StoredWorkflow extends Workflow {
  deletedAt: number | null
}

export interface StoredSubmission {
  runId: string
  content: Buffer | null
}

export interface Tables {
  organizations: Table<Organization, 'slug'>
  projects: Table<Project, 'organization'>
  workflows: Table<StoredWorkflow, 'organization' | 'project'>
  runs: Table<Run, 'organization' | 'unfinished'>
  submissions: Table<StoredSubmission, never>
  webhooks: Table<Webhook, 'organization'>
  events: Table<Event, 'organization' | 'run'>
  deliveries: Table<Delivery, 'organization' | 'webhook' | 'event' | 'ready' | 'waiting' | 'leased'>
  attempts: Table<Attempt, 'delivery'>
  claims: Table<IdempotencyClaim, never>
  keys: Table<ApiKey, 'organization' | 'hash'>
  /** Runs `action` whole or not at all. Rejects once the store is closed. */
  transact<Result>(action: (savepoint: Savepoint) => Result): Result
  /** Refuses reads once the store is closed. */
  read<Result>(action: () => Result): Result
  close(): void
}

/** Runs a part of a transaction so that its failure undoes that part alone. The failure is thrown on. */
export type Savepoint = <Result>(action: () => Result) => Result

export function createTables(): Tables {
  const journal: Journal = []
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
    close() {
      closed = true
    },
  }
}

function createWorkTables(journal: Journal) {
  return {
    webhooks: createTable<Webhook, 'organization'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
    }),
    events: createTable<Event, 'organization' | 'run'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      run: (row) => row.runId,
    }),
    deliveries: createTable<Delivery, 'organization' | 'webhook' | 'event' | 'ready' | 'waiting' | 'leased'>(
      journal,
      (row) => row.id,
      {
        organization: (row) => row.organizationId,
        webhook: (row) => row.webhookId,
        event: (row) => row.eventId,
        ready: (row) => (row.state === 'pending' && row.leasedAt === null ? row.webhookId : null),
        waiting: (row) => (row.state === 'pending' || row.state === 'held' ? row.webhookId : null),
        leased: (row) => (row.leasedAt === null ? null : 'leased'),
      },
    ),
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
    runs: createTable<Run, 'organization' | 'unfinished'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      unfinished: (row) => (isEnded(row) ? null : 'unfinished'),
    }),
    submissions: createTable<StoredSubmission>(journal, (row) => row.runId, {}),
    keys: createTable<ApiKey, 'organization' | 'hash'>(journal, (row) => row.id, {
      organization: (row) => row.organizationId,
      hash: (row) => row.hash,
    }),
  }
}

export function claimKey(claim: Pick<IdempotencyClaim, 'organizationId' | 'operation' | 'key'>): string {
  return JSON.stringify([claim.organizationId, claim.operation, claim.key])
}
