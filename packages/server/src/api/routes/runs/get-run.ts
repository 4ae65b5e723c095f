import { z } from 'zod'
import { runIdFrom } from '../../../core/ids.ts'
import { SECOND_MS } from '../../../core/time.ts'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { runSchema } from '../../views/run.ts'
import { ownOrganization, showRun, waitField } from './fields.ts'

export function getRun({ store, services, settings }: Pick<ApiContext, 'store' | 'services' | 'settings'>) {
  return operation({
    id: 'getRun',
    method: 'GET',
    path: '/api/v1/orgs/:org/runs/:id',
    tag: 'runs',
    summary: 'Read a run',
    description: 'With `?wait=`, the answer comes when the run has ended or the wait is over.',
    access: ['read'],
    params: z.strictObject({ org: z.string(), id: z.string().describe('A UUID, or `val_…`.') }),
    query: z.strictObject({ wait: waitField.default(0) }),
    answers: { 200: runSchema },
    async handle({ caller, params, query }) {
      const organization = ownOrganization(caller, params.org)
      const id = runIdFrom(params.id)
      const run = id === null ? null : await services.runs.wait(organization.id, id, query.wait * SECOND_MS)
      if (run === null) throw notFound()
      return { status: 200, body: await showRun({ store, settings }, organization, run) }
    },
  })
}
