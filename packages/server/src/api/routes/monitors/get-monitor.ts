import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { monitorSchema, showMonitor } from '../../views/monitor.ts'
import { idParams } from '../fields.ts'
import { findMonitor } from './fields.ts'

export function getMonitor({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'getMonitor',
    method: 'GET',
    path: '/api/v1/monitors/:id',
    tag: 'monitors',
    summary: 'Read a monitor',
    access: ['read'],
    params: idParams,
    answers: { 200: monitorSchema },
    async handle({ caller: { organization }, params }) {
      const monitor = await findMonitor(store, organization.id, params.id)
      return { status: 200, body: await showMonitor(store, monitor) }
    },
  })
}
