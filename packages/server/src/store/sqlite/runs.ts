import { mapPage, takePage } from '../rules/pages.ts'
import type { RunFilter, RunStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { bufferOf, findableUuid, idText, uuidBytes, uuidText } from './ids.ts'
import { pageStart } from './pages.ts'
import { LISTED_COLUMNS, listedRunFrom, seenFrom, runFrom } from './run-rows.ts'
import type { ListedRow, RunRow } from './run-rows.ts'

export function createRunStore(connection: Connection): RunStore {
  const select = connection.prepare<RunRow>('SELECT * FROM runs WHERE organization_id = ? AND id = ?')
  const page = (filter: string) =>
    connection.prepare<ListedRow>(
      `SELECT ${LISTED_COLUMNS} FROM runs WHERE organization_id = ? ${filter} AND id < ? ORDER BY id DESC LIMIT ?`,
    )
  const selectPage = page('')
  const selectPageOfWorkflow = page('AND workflow_id = ?')
  const selectPageOfResult = page('AND result = ?')
  // The workflow's runs are the fewer: the unary plus keeps SQLite off the index on results.
  const selectPageOfBoth = page('AND workflow_id = ? AND +result = ?')
  const selectUnfinished = connection.prepare<RunRow & { content: Uint8Array | null }>(`
    SELECT r.*, s.content FROM runs r LEFT JOIN submissions s ON s.run_seq = r.seq
    WHERE r.status IN ('PENDING', 'RUNNING') ORDER BY r.id LIMIT ?`)
  // Named, because the planner would take the order of the primary key for a gain and walk the whole organization.
  const selectEventIds = connection.prepare<{ id: Uint8Array }>(
    'SELECT id FROM events INDEXED BY events_run WHERE run_id = ? AND organization_id = ? ORDER BY id',
  )

  const selectContent = connection.prepare<{ content: Uint8Array }>(`
    SELECT s.content FROM runs r JOIN submissions s ON s.run_seq = r.seq WHERE r.organization_id = ? AND r.id = ?`)
  // One subject's runs are few enough to look at each: what else is asked for needs no index.
  const pageOfSubject = (having: string) =>
    connection.prepare<ListedRow>(`
      SELECT ${LISTED_COLUMNS} FROM runs INDEXED BY runs_subject
      WHERE organization_id = ?1 AND subject = ?2 AND subject IS NOT NULL ${having} AND id < ?5
        AND (?3 IS NULL OR workflow_id = ?3) AND (?4 IS NULL OR result = ?4) ORDER BY id DESC LIMIT ?6`)
  const selectPageOfSubject = {
    any: pageOfSubject(''),
    score: pageOfSubject('AND score IS NOT NULL'),
    seen: pageOfSubject('AND seen IS NOT NULL'),
  }

  function rowsOf(
    organizationId: number,
    { workflowId, result, subject }: RunFilter,
    tail: readonly [Uint8Array, number],
  ): Iterable<ListedRow> {
    if (subject !== undefined) {
      const select = selectPageOfSubject[subject.having ?? 'any']
      return select.iterate(organizationId, subject.name, workflowId ?? null, result ?? null, ...tail)
    }
    if (workflowId === undefined) {
      if (result === undefined) return selectPage.iterate(organizationId, ...tail)
      return selectPageOfResult.iterate(organizationId, result, ...tail)
    }
    if (result === undefined) return selectPageOfWorkflow.iterate(organizationId, workflowId, ...tail)
    return selectPageOfBoth.iterate(organizationId, workflowId, result, ...tail)
  }

  const previous = (having: 'score' | 'seen') =>
    connection.prepare<Pick<RunRow, 'id' | 'ended_at' | 'score' | 'seen'>>(`
      SELECT id, ended_at, score, seen FROM runs INDEXED BY runs_compared_${having}
      WHERE organization_id = ? AND workflow_id = ? AND subject = ? AND settings = ? AND ended_at <= ? AND id <> ?
        AND subject IS NOT NULL AND result IN ('PASS', 'FAIL') AND ${having} IS NOT NULL
      ORDER BY ended_at DESC, id DESC LIMIT 1`)
  const selectPrevious = { score: previous('score'), seen: previous('seen') }

  return {
    previous: async ({ run, having }) =>
      connection.read(() => {
        const { organizationId, workflowId, subject, endedAt, settings, id } = run
        const row = selectPrevious[having].get(
          organizationId,
          workflowId,
          subject,
          settings,
          endedAt,
          uuidBytes(id),
        )
        if (row === undefined) return null
        return { id: uuidText(row.id), endedAt: row.ended_at, score: row.score, seen: seenFrom(row.seen) }
      }),
    get: async (organizationId, id) =>
      connection.read(() => {
        const bytes = findableUuid(id)
        const row = bytes === null ? undefined : select.get(organizationId, bytes)
        return row === undefined ? null : runFrom(row)
      }),
    list: async (organizationId, filter, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, findableUuid)
        if (start === null) return { rows: [], next: null }
        const rows = rowsOf(organizationId, filter, [start, limit + 1])
        return mapPage(
          takePage(rows, limit, bytesOf, (row) => uuidText(row.id)),
          listedRunFrom,
        )
      }),
    unfinished: async (limit) =>
      connection.read(() =>
        selectUnfinished.all(limit).map((row) => {
          const run = runFrom(row)
          return {
            run,
            submission: { ...run.submission, content: row.content === null ? null : bufferOf(row.content) },
          }
        }),
      ),
    content: async (organizationId, id) =>
      connection.read(() => {
        const bytes = findableUuid(id)
        const row = bytes === null ? undefined : selectContent.get(organizationId, bytes)
        return row === undefined ? null : bufferOf(row.content)
      }),
    eventIds: async (organizationId, runId) =>
      connection.read(() => {
        const bytes = findableUuid(runId)
        const rows = bytes === null ? [] : selectEventIds.all(bytes, organizationId)
        return rows.map((row) => idText('evt', row.id))
      }),
  }
}

/** Findings are not read, but what stands behind them in the row is: SQLite walks through them. */
function bytesOf({ findings_bytes: findings, scored_types: types, seen, submission }: ListedRow): number {
  return findings + (types?.length ?? 0) + (seen?.length ?? 0) + submission.length
}
