import type { Run } from '../../core/run.ts'
import type { PreviousRequest, RunStore, SubjectFilter } from '../store.ts'
import { mapPage } from '../rules/pages.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createRunStore(tables: Tables): RunStore {
  return {
    previous: async ({ run, having }) =>
      tables.read(() => {
        const [latest] = tables.runs
          .where('organization', run.organizationId)
          .filter((other) => isComparable(other, run) && other[having] !== null)
          .sort((left, right) => endedAtOf(right) - endedAtOf(left) || (left.id < right.id ? 1 : -1))
        if (latest === undefined) return null
        const { id, endedAt, score, seen } = latest
        return { id, endedAt, score, seen }
      }),
    get: async (organizationId, id) =>
      tables.read(() => {
        const run = tables.runs.get(id)
        return run?.organizationId === organizationId ? run : null
      }),
    list: async (organizationId, filter, page) =>
      tables.read(() => {
        const runs = tables.runs.where('organization', organizationId).filter((run) => {
          if (filter.workflowId !== undefined && run.workflowId !== filter.workflowId) return false
          if (filter.subject !== undefined && !isOf(run, filter.subject)) return false
          return filter.result === undefined || run.result === filter.result
        })
        return mapPage(newestFirst(runs, page), ({ findings: _, ...run }) => run)
      }),
    unfinished: async (limit) =>
      tables.read(() =>
        tables.runs
          .where('unfinished', 'unfinished')
          .sort((left, right) => (left.id < right.id ? -1 : 1))
          .slice(0, limit)
          .map((run) => ({
            run,
            submission: { ...run.submission, content: tables.submissions.get(run.id)?.content ?? null },
          })),
      ),
    content: async (organizationId, id) =>
      tables.read(() => {
        const run = tables.runs.get(id)
        if (run?.organizationId !== organizationId) return null
        return tables.submissions.get(id)?.content ?? null
      }),
    eventIds: async (organizationId, runId) =>
      tables.read(() =>
        tables.events
          .where('run', runId)
          .filter((event) => event.organizationId === organizationId)
          .map((event) => event.id)
          .sort(),
      ),
  }
}

function isOf(run: Run, { name, having }: SubjectFilter): boolean {
  return run.subject === name && (having === undefined || run[having] !== null)
}

function isComparable(other: Run, run: PreviousRequest['run']): boolean {
  const isSame =
    other.workflowId === run.workflowId && other.subject === run.subject && other.settings === run.settings
  const isVerdict = other.result === 'PASS' || other.result === 'FAIL'
  return isSame && isVerdict && other.id !== run.id && endedAtOf(other) <= run.endedAt
}

function endedAtOf({ endedAt }: Run): number {
  return endedAt ?? Number.POSITIVE_INFINITY
}
