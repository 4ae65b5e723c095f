import type { Monitor } from '../../core/monitor.ts'
import { afterSlot, assertWorkflowFits } from '../rules/monitors.ts'
import type { MonitorStore, PlannedMonitor } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createMonitorStore(tables: Tables): MonitorStore {
  function find(organizationId: number, id: string): Monitor | null {
    const monitor = tables.monitors.get(id)
    return monitor?.organizationId === organizationId ? monitor : null
  }

  function assertFits(monitor: Monitor): void {
    const workflow = tables.workflows.get(monitor.workflowId)
    const isThere = workflow?.organizationId === monitor.organizationId && workflow.deletedAt === null
    assertWorkflowFits(monitor, isThere ? workflow : null)
  }

  return {
    create: async (monitor, assertRoom, claim) =>
      createOnce(tables, claim, () => {
        assertRoom(tables.monitors.where('organization', monitor.organizationId).length)
        assertFits(monitor)
        tables.monitors.add(monitor)
        return { row: monitor, resourceId: monitor.id }
      }),
    get: async (organizationId, id) => tables.read(() => find(organizationId, id)),
    list: async (organizationId, { projectId, workflowId }, page) =>
      tables.read(() => {
        const rows = tables.monitors
          .where('organization', organizationId)
          .filter(
            (row) =>
              (projectId === undefined || row.projectId === projectId) &&
              (workflowId === undefined || row.workflowId === workflowId),
          )
        return newestFirst(rows, page)
      }),
    change: async (organizationId, id, decide) =>
      tables.transact(() => {
        const monitor = find(organizationId, id)
        if (monitor === null) return null
        const changed = decide(monitor)
        assertFits(changed)
        tables.monitors.put(changed)
        return changed
      }),
    remove: async (organizationId, id) =>
      tables.transact(() => {
        if (find(organizationId, id) === null) return false
        tables.monitors.remove(id)
        return true
      }),
    due: async (now, limit, except) =>
      tables.read(() =>
        planned(tables, except)
          .filter(({ nextRunAt }) => nextRunAt <= now)
          .slice(0, limit),
      ),
    earliest: async (except) => tables.read(() => planned(tables, except)[0]?.nextRunAt ?? null),
    advance: async (organizationId, id, taken) =>
      tables.transact(() => {
        const monitor = find(organizationId, id)
        if (monitor === null) return false
        const after = afterSlot(monitor, taken)
        tables.monitors.put(after.monitor)
        return after.isTaken
      }),
    untold: async (now, limit) =>
      tables.read(() =>
        untold(tables)
          .filter((monitor) => tellAtOf(monitor) <= now)
          .slice(0, limit),
      ),
    nextTellAt: async () => tables.read(() => untold(tables)[0]?.telling.dueAt ?? null),
  }
}

/** Monitors with a slot, the earliest first, but for those of some organizations. */
function planned(tables: Tables, except: readonly number[]): PlannedMonitor[] {
  return tables.monitors
    .where('enabled', 'enabled')
    .filter((monitor): monitor is PlannedMonitor => monitor.nextRunAt !== null)
    .filter(({ organizationId }) => !except.includes(organizationId))
    .sort((left, right) => left.nextRunAt - right.nextRunAt)
}

/** Monitors of which something is to be told, the earliest first. */
function untold(tables: Tables): Monitor[] {
  return tables.monitors.where('untold', 'untold').sort((left, right) => tellAtOf(left) - tellAtOf(right))
}

function tellAtOf({ telling }: Monitor): number {
  return telling.dueAt ?? Number.POSITIVE_INFINITY
}
