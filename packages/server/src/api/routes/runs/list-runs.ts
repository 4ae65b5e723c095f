import { z } from 'zod'
import { LIMITS } from '../../../core/limits.ts'
import type { Workflow } from '../../../core/workflow.ts'
import type { RunFilter } from '../../../store/store.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { RUN_RESULTS, runSummarySchema, runSummaryView } from '../../views/run.ts'
import { ownOrganization, workflowIdOf } from './fields.ts'

const query = z.strictObject({
  workflow: z.string().optional().describe('Slug or integer id.'),
  result: z.enum(RUN_RESULTS).optional(),
  subject: z
    .string()
    .min(1)
    .max(LIMITS.urlCharactersMax)
    .optional()
    .describe('A URL, a file name, or your own name.'),
  ...PAGE_QUERY,
})

export function listRuns({ store, settings }: Pick<ApiContext, 'store' | 'settings'>) {
  return operation({
    id: 'listRuns',
    method: 'GET',
    path: '/api/v1/orgs/:org/runs',
    tag: 'runs',
    summary: 'List runs',
    description: 'Without the findings. `GET …/runs/{id}/` has them.',
    access: ['read'],
    params: z.strictObject({ org: z.string() }),
    query,
    answers: { 200: listSchema(runSummarySchema) },
    async handle({ caller, params, query }) {
      const organization = ownOrganization(caller, params.org)
      const filter: RunFilter = {
        ...(query.workflow !== undefined && {
          workflowId: await workflowIdOf(store, organization.id, query.workflow),
        }),
        ...(query.result !== undefined && { result: query.result }),
        ...(query.subject !== undefined && { subject: { name: query.subject } }),
      }
      const page = await store.runs.list(organization.id, filter, pageRequest('runs', query))

      const workflows = new Map<number, Workflow | null>()
      for (const { workflowId } of page.rows) {
        if (workflows.has(workflowId)) continue
        workflows.set(workflowId, await store.workflows.byId(organization.id, workflowId))
      }
      const body = listBody('runs', page, (run) =>
        runSummaryView(run, {
          organization,
          workflow: workflows.get(run.workflowId) ?? null,
          baseUrl: settings.baseUrl,
        }),
      )
      return { status: 200, body }
    },
  })
}
