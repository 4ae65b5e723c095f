import type { Monitor } from '../../core/monitor.ts'
import { assertWorkflowFits } from '../rules/monitors.ts'
import { cutPage } from '../rules/pages.ts'
import type { MonitorFilter, MonitorStore, PlannedMonitor } from '../store.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes, idText, uuidBytes } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import { monitorFrom, valuesOfMonitor, type MonitorRow } from './monitor-rows.ts'
import { pageStart } from './pages.ts'

export function createMonitorStore(connection: Connection, idempotency: Idempotency): MonitorStore {
  const insert = connection.prepare(`
    INSERT INTO monitors (project_id, workflow_id, name, url, schedule, time_zone, enabled, next_run_at, last_run_id,
      last_error, created_at, updated_at, organization_id, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = connection.prepare(`
    UPDATE monitors SET project_id = ?, workflow_id = ?, name = ?, url = ?, schedule = ?, time_zone = ?, enabled = ?,
      next_run_at = ?, last_run_id = ?, last_error = ?, created_at = ?, updated_at = ?
    WHERE organization_id = ? AND id = ?`)
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
        insert.run(...valuesOfMonitor(monitor))
        return { row: monitor, resourceId: monitor.id }
      }),
    get: async (organizationId, id) => connection.read(() => reads.find(organizationId, id)),
    list: async (organizationId, filter, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('mon', id))
        const rows = start === null ? [] : reads.page(organizationId, filter, start, limit + 1)
        return cutPage(rows, limit, (monitor) => monitor.id)
      }),
    change: async (organizationId, id, decide) =>
      connection.commit(() => {
        const monitor = reads.find(organizationId, id)
        if (monitor === null) return null
        const changed = decide(monitor)
        assertFits(changed)
        update.run(...valuesOfMonitor(changed))
        return changed
      }),
    remove: async (organizationId, id) =>
      connection.commit(() => {
        const bytes = findableId('mon', id)
        return bytes !== null && Number(remove.run(organizationId, bytes).changes) > 0
      }),
    ...createMonitorPlan(connection),
  }
}

function createMonitorReads(connection: Connection) {
  const select = connection.prepare<MonitorRow>('SELECT * FROM monitors WHERE organization_id = ? AND id = ?')
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
    find(organizationId: number, id: string): Monitor | null {
      const bytes = findableId('mon', id)
      const row = bytes === null ? undefined : select.get(organizationId, bytes)
      return row === undefined ? null : monitorFrom(row)
    },
    count: (organizationId: number): number => count.get(organizationId)?.count ?? 0,
    page: (organizationId: number, filter: MonitorFilter, start: Uint8Array, limit: number): Monitor[] =>
      rowsOf(organizationId, filter, [start, limit]).map(monitorFrom),
  }
}

/** Ids of organizations, bound as one JSON array. */
const EXCEPTED = 'SELECT value FROM json_each(?)'

/** What the schedule asks. */
function createMonitorPlan(connection: Connection): Pick<MonitorStore, 'due' | 'earliest' | 'advance'> {
  const selectDue = connection.prepare<MonitorRow & { next_run_at: number }>(`
    SELECT * FROM monitors WHERE enabled = 1 AND next_run_at <= ? AND organization_id NOT IN (${EXCEPTED})
    ORDER BY next_run_at LIMIT ?`)
  const selectEarliest = connection.prepare<{ next_run_at: number }>(`
    SELECT next_run_at FROM monitors
    WHERE enabled = 1 AND next_run_at IS NOT NULL AND organization_id NOT IN (${EXCEPTED}) ORDER BY next_run_at LIMIT 1`)
  const remember = connection.prepare(
    'UPDATE monitors SET last_run_id = ?, last_error = NULL WHERE organization_id = ? AND id = ?',
  )
  const takeSlot = connection.prepare(`
    UPDATE monitors SET next_run_at = ?, last_error = coalesce(?, last_error)
    WHERE organization_id = ? AND id = ? AND enabled = 1 AND next_run_at = ?`)

  return {
    due: async (now, limit, except) =>
      connection.read(() =>
        selectDue
          .all(now, JSON.stringify(except), limit)
          .map((row): PlannedMonitor => ({ ...monitorFrom(row), nextRunAt: row.next_run_at })),
      ),
    earliest: async (except) =>
      connection.read(() => selectEarliest.get(JSON.stringify(except))?.next_run_at ?? null),
    advance: async (organizationId, id, { from, to, runId, error }) =>
      connection.commit(() => {
        const key = [organizationId, idBytes('mon', id)] as const
        if (runId !== null) remember.run(uuidBytes(runId), ...key)
        return Number(takeSlot.run(to, error, ...key, from).changes) > 0
      }),
  }
}
