import { Problem } from '../../core/errors.ts'
import { parseKeepingNumbers } from '../../core/json-numbers.ts'
import type { Finding, Run } from '../../core/run.ts'
import type { ScoredType } from '../../core/score.ts'
import type { SeenType } from '../../core/seen.ts'
import type { ListedRun } from '../store.ts'
import type { Connection } from './connection.ts'
import { idBytes, idText, uuidBytes, uuidText } from './ids.ts'

export interface RunRow {
  seq: number
  id: Uint8Array
  organization_id: number
  workflow_id: number
  project_id: Uint8Array
  monitor_id: Uint8Array | null
  status: string
  result: string
  source: string
  submission: string
  subject: string | null
  settings: string
  findings: string
  error_count: number
  warning_count: number
  info_count: number
  score: number | null
  scored_types: string | null
  seen: string | null
  error_category: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  duration_ms: number | null
}

/** What a list reads of a run. */
export type ListedRow = Omit<RunRow, 'findings'> & { findings_bytes: number }

export const LISTED_COLUMNS = `
  seq, id, organization_id, workflow_id, project_id, monitor_id, status, result, source, submission, subject, settings,
  octet_length(findings) AS findings_bytes, error_count, warning_count, info_count, score, scored_types, seen,
  error_category, created_at, started_at, ended_at, duration_ms`

export function runFrom(row: RunRow): Run {
  return { ...listedRunFrom(row), findings: JSON.parse(row.findings) as Finding[] }
}

export function listedRunFrom(row: Omit<RunRow, 'findings'>): ListedRun {
  return {
    id: uuidText(row.id),
    organizationId: row.organization_id,
    workflowId: row.workflow_id,
    projectId: idText('proj', row.project_id),
    monitorId: row.monitor_id === null ? null : idText('mon', row.monitor_id),
    status: row.status as Run['status'],
    result: row.result as Run['result'],
    source: row.source as Run['source'],
    submission: parseKeepingNumbers(row.submission) as Run['submission'],
    subject: row.subject,
    settings: row.settings,
    counts: { error: row.error_count, warning: row.warning_count, info: row.info_count },
    score: row.score,
    scoredTypes: row.scored_types === null ? null : (JSON.parse(row.scored_types) as ScoredType[]),
    seen: seenFrom(row.seen),
    errorCategory: row.error_category,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    durationMs: row.duration_ms,
  }
}

/**
 * Inserts a run with what it judges, or replaces the run of that id unless it has ended: false then. Throws
 * `Problem('not_found')` when the run is new and its workflow is gone.
 */
export function createRunWriter(connection: Connection): (run: Run, submission: Buffer | null) => boolean {
  const update = connection.prepare(`
    UPDATE runs SET workflow_id = ?, project_id = ?, monitor_id = ?, status = ?, result = ?, source = ?, submission = ?, subject = ?,
      settings = ?, findings = ?, error_count = ?, warning_count = ?, info_count = ?, score = ?,
      scored_types = ?, seen = ?, error_category = ?, created_at = ?,
      started_at = ?, ended_at = ?, duration_ms = ?
    WHERE organization_id = ? AND id = ? AND status IN ('PENDING', 'RUNNING')`)
  const selectRun = connection.prepare('SELECT 1 FROM runs WHERE organization_id = ? AND id = ?')
  const selectWorkflow = connection.prepare(
    'SELECT 1 FROM workflows WHERE id = ? AND organization_id = ? AND deleted_at IS NULL',
  )
  const insert = connection.prepare(`
    INSERT INTO runs (workflow_id, project_id, monitor_id, status, result, source, submission, subject, settings, findings, error_count,
      warning_count, info_count, score, scored_types, seen, error_category, created_at, started_at, ended_at, duration_ms,
      organization_id, id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const insertSubmission = connection.prepare('INSERT INTO submissions (run_seq, content) VALUES (?, ?)')

  return (run, submission) => {
    const values = valuesOf(run)
    if (Number(update.run(...values).changes) > 0) return true
    if (selectRun.get(run.organizationId, uuidBytes(run.id)) !== undefined) return false
    if (selectWorkflow.get(run.workflowId, run.organizationId) === undefined) {
      throw new Problem('not_found', `workflow ${run.workflowId} is gone`)
    }
    const { lastInsertRowid } = insert.run(...values)
    if (submission !== null) insertSubmission.run(lastInsertRowid, submission)
    return true
  }
}

function valuesOf(run: Run) {
  return [
    run.workflowId,
    idBytes('proj', run.projectId),
    run.monitorId === null ? null : idBytes('mon', run.monitorId),
    run.status,
    run.result,
    run.source,
    JSON.stringify(run.submission),
    run.subject,
    run.settings,
    JSON.stringify(run.findings),
    run.counts.error,
    run.counts.warning,
    run.counts.info,
    run.score,
    jsonTextOrNull(run.scoredTypes),
    jsonTextOrNull(run.seen),
    run.errorCategory,
    run.createdAt,
    run.startedAt,
    run.endedAt,
    run.durationMs,
    run.organizationId,
    uuidBytes(run.id),
  ] as const
}

function jsonTextOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}

export function seenFrom(text: string | null): SeenType[] | null {
  return text === null ? null : (JSON.parse(text) as SeenType[])
}
