import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { webhookSchema, webhookView } from '../../views/webhook.ts'
import { knownOf } from './show.ts'

export function listWebhooks({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'listWebhooks',
    method: 'GET',
    path: '/api/v1/webhooks',
    tag: 'webhooks',
    summary: 'List webhooks',
    access: ['read'],
    feature: 'webhooks',
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(webhookSchema) },
    async handle({ caller: { organization, key }, query }) {
      const page = await store.webhooks.list(organization.id, 'webhooks', pageRequest('webhooks', query))
      const now = clock.now()
      const facts = await services.webhooks.facts(page.rows)
      const rows = page.rows.map((row) => webhookView(row, knownOf(facts, row), key.scopes, now))
      return { status: 200, body: listBody('webhooks', { rows, next: page.next }, (view) => view) }
    },
  })
}
