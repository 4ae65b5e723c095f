import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { runSchema } from '../../views/run.ts'
import { idParams } from '../fields.ts'
import { answerOf } from '../runs/fields.ts'
import { findMonitor } from './fields.ts'

export function runMonitor({
  store,
  services,
  settings,
}: Pick<ApiContext, 'store' | 'services' | 'settings'>) {
  return operation({
    id: 'runMonitor',
    method: 'POST',
    path: '/api/v1/monitors/:id/run',
    tag: 'monitors',
    summary: 'Run a monitor now',
    description:
      'Also works while the monitor is disabled. The schedule does not change. Refused while the last run of the monitor has ' +
      'not ended.',
    access: ['write'],
    params: idParams,
    answers: { 202: runSchema.describe('The run. `Location` is where to ask for its result.') },
    problems: ['run_in_progress', 'url_not_allowed', 'idempotency_conflict', 'overloaded', 'shutting_down'],
    async handle({ caller: { organization }, params, idempotency }) {
      const monitor = await findMonitor(store, organization.id, params.id)
      const key = idempotency(['run monitor', monitor.id])
      const answer = await services.monitors.run(organization, monitor, key)
      if (answer === null) throw notFound()
      const { body, headers } = await answerOf({ store, settings }, organization, answer)
      return { status: 202, body, headers }
    },
  })
}
