import { z } from 'zod'
import type { ApiContext } from '../../context.ts'
import { operation } from '../../operation.ts'
import { listBody, listSchema, PAGE_QUERY, pageRequest } from '../../pagination.ts'
import { channelSchema, channelView } from '../../views/channel.ts'
import { knownOf } from '../webhooks/show.ts'

export function listChannels({ store, services, clock }: Pick<ApiContext, 'store' | 'services' | 'clock'>) {
  return operation({
    id: 'listChannels',
    method: 'GET',
    path: '/api/v1/channels',
    tag: 'channels',
    summary: 'List channels',
    access: ['read'],
    feature: 'channels',
    query: z.strictObject(PAGE_QUERY),
    answers: { 200: listSchema(channelSchema) },
    async handle({ caller: { organization }, query }) {
      const page = await store.webhooks.list(organization.id, 'channels', pageRequest('channels', query))
      const now = clock.now()
      const facts = await services.webhooks.facts(page.rows)
      const rows = page.rows.map((row) => channelView(row, knownOf(facts, row), now))
      return { status: 200, body: listBody('channels', { rows, next: page.next }, (view) => view) }
    },
  })
}
