import { cutPage } from '../rules/pages.ts'
import type { RunStore } from '../store.ts'
import type { Connection } from './connection.ts'
import { bufferOf, findableUuid, idText } from './ids.ts'
import { pageStart } from './pages.ts'
import { runFrom } from './run-rows.ts'
import type { RunRow } from './run-rows.ts'

export function createRunStore(connection: Connection): RunStore {
  const select = connection.prepare<RunRow>('SELECT * FROM runs WHERE organization_id = ? AND id = ?')
  const page = (filter: string) =>
    connection.prepare<RunRow>(
      `SELECT * FROM runs WHERE organization_id = ? ${filter} AND id < ? ORDER BY id DESC LIMIT ?`,
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

  return {
    get: async (organizationId, id) =>
      connection.read(() => {
        const bytes = findableUuid(id)
        const row = bytes === null ? undefined : select.get(organizationId, bytes)
        return row === undefined ? null : runFrom(row)
      }),
    list: async (organizationId, { workflowId, result }, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, findableUuid)
        if (start === null) return { rows: [], next: null }
        const tail = [start, limit + 1] as const
        const rows =
          workflowId === undefined
            ? result === undefined
              ? selectPage.all(organizationId, ...tail)
              : selectPageOfResult.all(organizationId, result, ...tail)
            : result === undefined
              ? selectPageOfWorkflow.all(organizationId, workflowId, ...tail)
              : selectPageOfBoth.all(organizationId, workflowId, result, ...tail)
        return cutPage(rows.map(runFrom), limit, (run) => run.id)
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
    eventIds: async (organizationId, runId) =>
      connection.read(() => {
        const bytes = findableUuid(runId)
        const rows = bytes === null ? [] : selectEventIds.all(bytes, organizationId)
        return rows.map((row) => idText('evt', row.id))
      }),
  }
}
