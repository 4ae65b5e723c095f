import type { Monitor } from '../../core/monitor.ts'
import { idBytes, idText, uuidBytes, uuidText } from './ids.ts'

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
  last_error: string | null
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
    lastError: row.last_error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** In the order in which the statements of monitors.ts name the columns; the two of the key come last. */
export function valuesOfMonitor(monitor: Monitor) {
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
    monitor.lastError,
    monitor.createdAt,
    monitor.updatedAt,
    monitor.organizationId,
    idBytes('mon', monitor.id),
  ] as const
}
