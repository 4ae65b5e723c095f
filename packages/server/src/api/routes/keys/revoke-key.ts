import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { notFound } from '../../problems/error-handler.ts'
import { idParams } from '../fields.ts'

export function revokeKey({ store, clock }: Pick<ApiContext, 'store' | 'clock'>) {
  return operation({
    id: 'revokeKey',
    method: 'DELETE',
    path: '/api/v1/keys/:id',
    tag: 'API keys',
    summary: 'Revoke an API key',
    description: 'Takes effect at once: the next request with this key is refused.',
    access: ['admin'],
    feature: 'api_keys',
    params: idParams,
    answers: { 204: z.undefined().describe('Revoked.') },
    async handle({ caller: { organization }, params }) {
      if (!(await store.keys.revoke(organization.id, params.id, clock.now()))) throw notFound()
      return { status: 204, body: undefined }
    },
  })
}
