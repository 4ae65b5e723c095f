import { isLive } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { Tables } from './tables.ts'
import { isHeldBack } from './waiting.ts'

/** The webhook when its deliveries may start now; null when it is stopped or what stopped it is still to be done. */
export function findSendable(tables: Tables, webhookId: string): Webhook | null {
  const webhook = tables.webhooks.get(webhookId)
  return webhook !== null && isLive(webhook) && !isHeldBack(tables, webhookId) ? webhook : null
}
