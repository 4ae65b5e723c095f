import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { idParams } from '../fields.ts'

export function deleteMonitor({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'deleteMonitor',
    method: 'DELETE',
    path: '/api/v1/monitors/:id',
    tag: 'monitors',
    summary: 'Delete a monitor',
    description: 'Its runs are kept. A run under way goes on.',
    access: ['write'],
    params: idParams,
    answers: { 204: z.undefined().describe('Deleted.') },
    async handle({ caller: { organization }, params }) {
      if (!(await store.monitors.remove(organization.id, params.id))) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
