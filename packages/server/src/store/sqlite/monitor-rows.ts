import type { Monitor, MonitorHealth } from '../../core/monitor.ts'
import { nothingTold } from '../../core/telling.ts'
import type { Connection } from './connection.ts'
import { findableId, idBytes, idText, uuidBytes, uuidText } from './ids.ts'

export interface MonitorRow {
  organization_id: number
  id: Uint8Array
  project_id: Uint8Array
  workflow_id: number
  name: string
  url: string
  schedule: string
  time_zone: string
  enabled: number
  next_run_at: number | null
  last_run_id: Uint8Array | null
  health: string
  failure_count: number
  failing_since: number | null
  last_error: string | null
  told_health: string
  told_window_ms: number
  told_window_ends_at: number | null
  tell_at: number | null
  created_at: number
  updated_at: number
}

export function monitorFrom(row: MonitorRow): Monitor {
  return {
    id: idText('mon', row.id),
    organizationId: row.organization_id,
    projectId: idText('proj', row.project_id),
    workflowId: row.workflow_id,
    name: row.name,
    url: row.url,
    schedule: row.schedule,
    timeZone: row.time_zone,
    enabled: row.enabled === 1,
    nextRunAt: row.next_run_at,
    lastRunId: row.last_run_id === null ? null : uuidText(row.last_run_id),
    health: row.health as MonitorHealth,
    failureCount: row.failure_count,
    failingSince: row.failing_since,
    lastError: row.last_error,
    telling: {
      ...nothingTold(row.told_health as MonitorHealth),
      windowMs: row.told_window_ms,
      windowEndsAt: row.told_window_ends_at,
      dueAt: row.tell_at,
    },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** Monitors one by one, for whatever transaction asks. */
export interface MonitorRows {
  find(organizationId: number, id: string): Monitor | null
  insert(monitor: Monitor): void
  /** Nothing happens when it is gone. */
  update(monitor: Monitor): void
}

export function createMonitorRows(connection: Connection): MonitorRows {
  const select = connection.prepare<MonitorRow>('SELECT * FROM monitors WHERE organization_id = ? AND id = ?')
  const insert = connection.prepare(`
    INSERT INTO monitors (project_id, workflow_id, name, url, schedule, time_zone, enabled, next_run_at, last_run_id,
      health, failure_count, failing_since, last_error, told_health, told_window_ms, told_window_ends_at, tell_at,
      created_at, updated_at, organization_id, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update = connection.prepare(`
    UPDATE monitors SET project_id = ?, workflow_id = ?, name = ?, url = ?, schedule = ?, time_zone = ?, enabled = ?,
      next_run_at = ?, last_run_id = ?, health = ?, failure_count = ?, failing_since = ?, last_error = ?,
      told_health = ?, told_window_ms = ?, told_window_ends_at = ?, tell_at = ?, created_at = ?, updated_at = ?
    WHERE organization_id = ? AND id = ?`)
  return {
    find(organizationId, id) {
      const bytes = findableId('mon', id)
      const row = bytes === null ? undefined : select.get(organizationId, bytes)
      return row === undefined ? null : monitorFrom(row)
    },
    insert: (monitor) => void insert.run(...valuesOf(monitor)),
    update: (monitor) => void update.run(...valuesOf(monitor)),
  }
}

/** In the order in which the statements name the columns; the two of the key come last. */
function valuesOf(monitor: Monitor) {
  return [
    idBytes('proj', monitor.projectId),
    monitor.workflowId,
    monitor.name,
    monitor.url,
    monitor.schedule,
    monitor.timeZone,
    monitor.enabled ? 1 : 0,
    monitor.nextRunAt,
    monitor.lastRunId === null ? null : uuidBytes(monitor.lastRunId),
    monitor.health,
    monitor.failureCount,
    monitor.failingSince,
    monitor.lastError,
    monitor.telling.state,
    monitor.telling.windowMs,
    monitor.telling.windowEndsAt,
    monitor.telling.dueAt,
    monitor.createdAt,
    monitor.updatedAt,
    monitor.organizationId,
    idBytes('mon', monitor.id),
  ] as const
}
