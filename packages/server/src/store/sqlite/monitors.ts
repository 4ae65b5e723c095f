import type { Monitor } from '../../core/monitor.ts'
import { afterSlot, assertWorkflowFits } from '../rules/monitors.ts'
import { cutPage } from '../rules/pages.ts'
import type { MonitorFilter, MonitorStore, PlannedMonitor } from '../store.ts'
import type { Connection } from './connection.ts'
import { findableId, idText } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import { createMonitorRows, monitorFrom, type MonitorRow, type MonitorRows } from './monitor-rows.ts'
import { pageStart } from './pages.ts'

export function createMonitorStore(connection: Connection, idempotency: Idempotency): MonitorStore {
  const rows = createMonitorRows(connection)
  const remove = connection.prepare('DELETE FROM monitors WHERE organization_id = ? AND id = ?')
  const selectWorkflow = connection.prepare<{ project_id: Uint8Array }>(
    'SELECT project_id FROM workflows WHERE organization_id = ? AND id = ? AND deleted_at IS NULL',
  )
  const reads = createMonitorReads(connection)

  function assertFits(monitor: Monitor): void {
    const workflow = selectWorkflow.get(monitor.organizationId, monitor.workflowId)
    assertWorkflowFits(monitor, workflow ? { projectId: idText('proj', workflow.project_id) } : null)
  }

  return {
    create: async (monitor, assertRoom, claim) =>
      idempotency.createOnce(claim, () => {
        assertRoom(reads.count(monitor.organizationId))
        assertFits(monitor)
        rows.insert(monitor)
        return { row: monitor, resourceId: monitor.id }
      }),
    get: async (organizationId, id) => connection.read(() => rows.find(organizationId, id)),
    list: async (organizationId, filter, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('mon', id))
        const page = start === null ? [] : reads.page(organizationId, filter, start, limit + 1)
        return cutPage(page, limit, (monitor) => monitor.id)
      }),
    change: async (organizationId, id, decide) =>
      connection.commit(() => {
        const monitor = rows.find(organizationId, id)
        if (monitor === null) return null
        const changed = decide(monitor)
        assertFits(changed)
        rows.update(changed)
        return changed
      }),
    remove: async (organizationId, id) =>
      connection.commit(() => {
        const bytes = findableId('mon', id)
        return bytes !== null && Number(remove.run(organizationId, bytes).changes) > 0
      }),
    ...createMonitorPlan(connection, rows),
    ...createMonitorNews(connection),
  }
}

function createMonitorReads(connection: Connection) {
  const count = connection.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM monitors WHERE organization_id = ?',
  )
  const page = (filter: string) =>
    connection.prepare<MonitorRow>(
      `SELECT * FROM monitors WHERE organization_id = ? ${filter} AND id < ? ORDER BY id DESC LIMIT ?`,
    )
  const selectPage = page('')
  const selectPageOfProject = page('AND project_id = ?')
  const selectPageOfWorkflow = page('AND workflow_id = ?')
  // All of a workflow's monitors are of its project: the unary plus keeps SQLite on the index of the fewer.
  const selectPageOfBoth = page('AND workflow_id = ? AND +project_id = ?')

  function rowsOf(
    organizationId: number,
    { workflowId, projectId }: MonitorFilter,
    tail: readonly [Uint8Array, number],
  ): MonitorRow[] {
    const project = projectId === undefined ? undefined : findableId('proj', projectId)
    if (project === null) return []
    if (workflowId === undefined) {
      if (project === undefined) return selectPage.all(organizationId, ...tail)
      return selectPageOfProject.all(organizationId, project, ...tail)
    }
    if (project === undefined) return selectPageOfWorkflow.all(organizationId, workflowId, ...tail)
    return selectPageOfBoth.all(organizationId, workflowId, project, ...tail)
  }

  return {
    count: (organizationId: number): number => count.get(organizationId)?.count ?? 0,
    page: (organizationId: number, filter: MonitorFilter, start: Uint8Array, limit: number): Monitor[] =>
      rowsOf(organizationId, filter, [start, limit]).map(monitorFrom),
  }
}

/** Ids of organizations, bound as one JSON array. */
const EXCEPTED = 'SELECT value FROM json_each(?)'

/** What the schedule asks. */
function createMonitorPlan(
  connection: Connection,
  rows: MonitorRows,
): Pick<MonitorStore, 'due' | 'earliest' | 'advance'> {
  const selectDue = connection.prepare<MonitorRow & { next_run_at: number }>(`
    SELECT * FROM monitors WHERE enabled = 1 AND next_run_at <= ? AND organization_id NOT IN (${EXCEPTED})
    ORDER BY next_run_at LIMIT ?`)
  const selectEarliest = connection.prepare<{ next_run_at: number }>(`
    SELECT next_run_at FROM monitors
    WHERE enabled = 1 AND next_run_at IS NOT NULL AND organization_id NOT IN (${EXCEPTED}) ORDER BY next_run_at LIMIT 1`)

  return {
    due: async (now, limit, except) =>
      connection.read(() =>
        selectDue
          .all(now, JSON.stringify(except), limit)
          .map((row): PlannedMonitor => ({ ...monitorFrom(row), nextRunAt: row.next_run_at })),
      ),
    earliest: async (except) =>
      connection.read(() => selectEarliest.get(JSON.stringify(except))?.next_run_at ?? null),
    advance: async (organizationId, id, taken) =>
      connection.commit(() => {
        const monitor = rows.find(organizationId, id)
        if (monitor === null) return false
        const after = afterSlot(monitor, taken)
        rows.update(after.monitor)
        return after.isTaken
      }),
  }
}

/** What is to be told of their health. */
function createMonitorNews(connection: Connection): Pick<MonitorStore, 'untold' | 'nextTellAt'> {
  const selectUntold = connection.prepare<MonitorRow>(
    'SELECT * FROM monitors WHERE tell_at <= ? ORDER BY tell_at LIMIT ?',
  )
  const selectNext = connection.prepare<{ tell_at: number | null }>(
    'SELECT min(tell_at) AS tell_at FROM monitors WHERE tell_at IS NOT NULL',
  )
  return {
    untold: async (now, limit) => connection.read(() => selectUntold.all(now, limit).map(monitorFrom)),
    nextTellAt: async () => connection.read(() => selectNext.get()?.tell_at ?? null),
  }
}
