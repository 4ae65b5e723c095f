import type { WebhookStore } from '../store.ts'
import { isLive } from '../../core/webhook.ts'
import { decideChange } from '../rules/moves.ts'
import { cutPage } from '../rules/pages.ts'
import type { Connection } from './connection.ts'
import { findableId } from './ids.ts'
import type { Idempotency } from './idempotency.ts'
import { pageStart } from './pages.ts'
import type { Tallies } from './tallies.ts'
import type { WaitingDeliveries } from './waiting.ts'
import type { CachedWebhook, WebhookCache } from './webhook-cache.ts'
import { webhookFrom } from './webhook-rows.ts'
import type { WebhookRow } from './webhook-rows.ts'
import { HELD } from './words.ts'

export function createWebhookStore(
  connection: Connection,
  cache: WebhookCache,
  idempotency: Idempotency,
  waiting: WaitingDeliveries,
  tallies: Tallies,
  now: () => number,
): WebhookStore {
  const selectPage = (carriers: string) =>
    connection.prepare<WebhookRow>(`
      SELECT * FROM webhooks WHERE organization_id = ? AND deleted_at IS NULL AND id < ? AND ${carriers}
      ORDER BY id DESC LIMIT ?`)
  const selectPages = {
    webhooks: selectPage("carrier = 'webhook'"),
    channels: selectPage("carrier <> 'webhook'"),
  }
  const countHeld = connection.prepare<{ count: number }>(`
    SELECT count(*) AS count FROM deliveries
    WHERE webhook_seq = (SELECT seq FROM webhooks WHERE id = ?) AND state = ${HELD}`)

  function find(organizationId: number, id: string): CachedWebhook | null {
    const entry = cache.byId(id)
    return entry?.webhook.organizationId === organizationId && entry.webhook.deletedAt === null ? entry : null
  }

  return {
    create: async (webhook, claim) =>
      idempotency.createOnce(claim, () => {
        cache.insert(webhook)
        return { row: webhook, resourceId: webhook.id }
      }),
    get: async (organizationId, id) => connection.read(() => find(organizationId, id)?.webhook ?? null),
    list: async (organizationId, which, { before, limit }) =>
      connection.read(() => {
        const start = pageStart(before, (id) => findableId('webhook', id))
        const rows = start === null ? [] : selectPages[which].all(organizationId, start, limit + 1)
        return cutPage(rows.map(webhookFrom), limit, (webhook) => webhook.id)
      }),
    change: async (organizationId, id, decide) =>
      connection.commit(() => {
        const entry = find(organizationId, id)
        if (entry === null) return null
        const change = decideChange(entry.webhook, decide)
        if (change.webhook !== entry.webhook) cache.update(entry, change.webhook)
        waiting.start(entry, change.waiting, isLive(entry.webhook), now())
        return change.webhook
      }),
    byId: async (id) => connection.read(() => cache.byId(id)?.webhook ?? null),
    hearers: async (organizationId, eventType, after, limit) =>
      connection.read(() => {
        const found = cache.candidatesAfter(
          organizationId,
          eventType,
          after === null ? 0 : Number(after),
          limit,
        )
        const next = found.length < limit ? null : String(found.at(-1)?.seq)
        return {
          webhooks: found.map(({ webhook }) => webhook),
          next,
          version: cache.version(organizationId),
        }
      }),
    filters: async (organizationId, eventType) =>
      connection.read(() => cache.filters(organizationId, eventType)),
    countHeld: async (webhookId) =>
      connection.read(() => {
        const bytes = findableId('webhook', webhookId)
        return bytes === null ? 0 : (countHeld.get(bytes)?.count ?? 0)
      }),
    tallies: async (webhookIds, heldMax) =>
      connection.read(() => new Map(webhookIds.map((id) => [id, tallies.read(id, heldMax)]))),
  }
}
