import { isChannel, isLive, type Webhook } from '../../core/webhook.ts'
import type { EngineOptions } from '../options.ts'
import { decideChange, startMoves } from '../rules/moves.ts'
import type { WebhookStore } from '../store.ts'
import { createOnce } from './idempotency.ts'
import { newestFirst } from './pages.ts'
import type { Tables } from './tables.ts'
import { tallyOf } from './tallies.ts'
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
        tables.countHearersChange(webhook.organizationId)
        return { row: webhook, resourceId: webhook.id }
      }),
    get: async (organizationId, id) => tables.read(() => find(organizationId, id)),
    list: async (organizationId, which, page) =>
      tables.read(() => {
        const webhooks = tables.webhooks.where('organization', organizationId)
        return newestFirst(
          webhooks.filter((row) => row.deletedAt === null && isChannel(row) === (which === 'channels')),
          page,
        )
      }),
    change: async (organizationId, id, decide) =>
      tables.transact(() => {
        const before = find(organizationId, id)
        if (before === null) return null
        const { webhook, waiting } = decideChange(before, decide)
        tables.webhooks.put(webhook)
        tables.countHearersChange(organizationId)
        const port = createMovePort(tables, before)
        startMoves(port, waiting, isLive(before), options.now(), moveRowsPerSlice(options))
        return webhook
      }),
    byId: async (id) => tables.read(() => tables.webhooks.get(id)),
    hearers: async (organizationId, eventType, after, limit) =>
      tables.read(() => {
        const start = after === null ? 0 : Number(after)
        const all = hearersOf(tables, organizationId, eventType)
        return {
          webhooks: all.slice(start, start + limit),
          next: start + limit < all.length ? String(start + limit) : null,
          version: tables.hearersVersion(organizationId),
        }
      }),
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
    tallies: async (webhookIds, heldMax) =>
      tables.read(() => new Map(webhookIds.map((id) => [id, tallyOf(tables, id, heldMax)]))),
  }
}

/** Webhooks that name an event type; never deleted ones. */
export function hearersOf(tables: Tables, organizationId: number, eventType: string): Webhook[] {
  return tables.webhooks
    .where('organization', organizationId)
    .filter((webhook) => webhook.deletedAt === null && webhook.events.includes(eventType))
}
