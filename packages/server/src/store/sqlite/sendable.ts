import { isLive } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { WebhookCache } from './webhook-cache.ts'
import type { WebhookMoves } from './webhook-moves.ts'

/** The webhook when its deliveries may start now; null when it is stopped or what stopped it is still to be done. */
export type FindSendable = (webhookId: string) => Webhook | null

export function createFindSendable(webhooks: WebhookCache, moves: WebhookMoves): FindSendable {
  return (webhookId) => {
    const webhook = webhooks.byId(webhookId)?.webhook
    return webhook !== undefined && isLive(webhook) && !moves.heldBack(webhookId) ? webhook : null
  }
}
