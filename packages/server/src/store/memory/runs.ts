import type { RunStore } from '../store.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'

export function createRunStore(tables: Tables): RunStore {
  return {
    get: async (organizationId, id) =>
      tables.read(() => {
        const run = tables.runs.get(id)
        return run?.organizationId === organizationId ? run : null
      }),
    list: async (organizationId, filter, page) =>
      tables.read(() => {
        const runs = tables.runs.where('organization', organizationId).filter((run) => {
          if (filter.workflowId !== undefined && run.workflowId !== filter.workflowId) return false
          return filter.result === undefined || run.result === filter.result
        })
        return newestFirst(runs, page)
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
