import type { Webhook } from '../../core/webhook.ts'
import type { EngineOptions } from '../options.ts'
import { decideChange, startMoves } from '../rules/moves.ts'
import type { WebhookStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'
import { createMovePort, moveRowsPerSlice } from './waiting.ts'

export function createWebhookStore(tables: Tables, options: EngineOptions): WebhookStore {
  function find(organizationId: number, id: string): Webhook | null {
    const webhook = tables.webhooks.get(id)
    return webhook?.organizationId === organizationId && webhook.deletedAt === null ? webhook : null
  }

  return {
    create: async (webhook, claim) =>
      createOnce(tables, claim, () => {
        tables.webhooks.add(webhook)
        return { row: webhook, resourceId: webhook.id }
      }),
    get: async (organizationId, id) => tables.read(() => find(organizationId, id)),
    list: async (organizationId, which, page) =>
      tables.read(() => {
        const webhooks = tables.webhooks.where('organization', organizationId)
        return newestFirst(
          webhooks.filter(
            ({ deletedAt, carrier }) =>
              deletedAt === null && (carrier === 'webhook') === (which === 'webhooks'),
          ),
          page,
        )
      }),
    change: async (organizationId, id, decide) =>
      tables.transact(() => {
        const before = find(organizationId, id)
        if (before === null) return null
        const { webhook, waiting } = decideChange(before, decide)
        tables.webhooks.put(webhook)
        startMoves(createMovePort(tables, id), waiting, options.now(), moveRowsPerSlice(options))
        return webhook
      }),
    byId: async (id) => tables.read(() => tables.webhooks.get(id)),
    filters: async (organizationId, eventType) =>
      tables.read(() => {
        const webhooks = tables.webhooks.where('organization', organizationId)
        const naming = webhooks.filter((row) => row.deletedAt === null && row.events.includes(eventType))
        return [...new Set(naming.flatMap(({ filter }) => filter ?? []))]
      }),
    countHeld: async (webhookId) =>
      tables.read(
        () =>
          tables.deliveries.where('waiting', webhookId).filter((delivery) => delivery.state === 'held')
            .length,
      ),
  }
}
