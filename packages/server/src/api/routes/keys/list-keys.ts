import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { apiKeySchema, apiKeyView } from '../../views/api-key.ts'

export function listKeys({ store }: Pick<ApiContext, 'store'>) {
  return operation({
    id: 'listKeys',
    method: 'GET',
    path: '/api/v1/keys',
    tag: 'API keys',
    summary: 'List API keys',
    description: 'All of them in one page, revoked ones too, and none of the keys themselves.',
    access: ['admin'],
    feature: 'api_keys',
    answers: { 200: z.object({ data: z.array(apiKeySchema), next_cursor: z.null() }).describe('The keys.') },
    async handle({ caller: { organization } }) {
      const keys = await store.keys.list(organization.id)
      return { status: 200, body: { data: keys.map(apiKeyView), next_cursor: null } }
    },
  })
}
