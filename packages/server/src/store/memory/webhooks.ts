import type { Webhook } from '../../core/webhook.ts'
import type { WebhookStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'
import { moveWaiting } from './waiting.ts'

export function createWebhookStore(tables: Tables): WebhookStore {
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
    list: async (organizationId, page) =>
      tables.read(() => {
        const webhooks = tables.webhooks.where('organization', organizationId)
        return newestFirst(
          webhooks.filter((webhook) => webhook.deletedAt === null),
          page,
        )
      }),
    change: async (organizationId, id, decide) =>
      tables.transact(() => {
        const before = find(organizationId, id)
        if (before === null) return null
        const { webhook, waiting } = decide(before)
        tables.webhooks.put(webhook)
        moveWaiting(tables, id, waiting, webhook.updatedAt)
        return webhook
      }),
    byId: async (id) => tables.read(() => tables.webhooks.get(id)),
    countHeld: async (webhookId) =>
      tables.read(
        () =>
          tables.deliveries.where('waiting', webhookId).filter((delivery) => delivery.state === 'held')
            .length,
      ),
  }
}
