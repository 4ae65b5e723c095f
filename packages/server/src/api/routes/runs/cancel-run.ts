import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { runIdFrom } from '../../../core/ids.ts'
import { runSchema } from '../../views/run.ts'
import { ownOrganization, runParams, showRun } from './fields.ts'

export function cancelRun({
  store,
  services,
  settings,
}: Pick<ApiContext, 'store' | 'services' | 'settings'>) {
  return operation({
    id: 'cancelRun',
    method: 'POST',
    path: '/api/v1/orgs/:org/runs/:id/cancel',
    tag: 'runs',
    summary: 'Cancel a run',
    description:
      'The run ends as CANCELED and makes the events of an ended run. A run that reached its verdict first keeps it: 409.',
    access: ['write'],
    params: runParams,
    answers: { 200: runSchema },
    problems: ['run_ended', 'shutting_down'],
    async handle({ caller, params }) {
      const organization = ownOrganization(caller, params.org)
      const id = runIdFrom(params.id)
      const run = id === null ? null : await services.runs.cancel(organization.id, id)
      if (run === null) throw notFound()
      return { status: 200, body: await showRun({ store, settings }, organization, run) }
    },
  })
}
