import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageOf, pageRequest } from '../../pagination.ts'
import { apiKeySchema, apiKeyView } from '../../views/api-key.ts'

export function listKeys({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listKeys',
    method: 'GET',
    path: '/api/v1/keys',
    tag: 'API keys',
    summary: 'List API keys',
    description: 'Revoked keys are listed too. The keys themselves are never shown.',
    access: ['admin'],
    feature: 'api_keys',
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(apiKeySchema) },
    async handle({ caller: { organization }, query }) {
      const keys = await store.keys.list(organization.id)
      const page = pageOf(keys, ({ id }) => id, pageRequest('keys', query))
      return { status: 200, body: listBody('keys', page, apiKeyView) }
    },
  })
}
