import type { z } from 'zod'
import type { Scope } from '../../../core/organization.ts'
import type { Webhook } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import type { WebhookFacts } from '../../services.ts'
import { subscriptionView, type subscriptionSchema } from '../../views/channel.ts'
import { webhookView, type webhookSchema } from '../../views/webhook.ts'

type Services = Pick<ApiContext['services'], 'webhooks'>

async function factsOf({ webhooks }: Services, webhook: Webhook): Promise<WebhookFacts> {
  const facts = (await webhooks.facts([webhook])).get(webhook.id)
  if (facts === undefined) throw new Error(`nothing is known of ${webhook.id}`)
  return facts
}

/** A webhook as a key with `scopes` may see it, at `now`. */
export async function showWebhook(
  services: Services,
  webhook: Webhook,
  scopes: readonly Scope[],
  now: number,
): Promise<z.output<typeof webhookSchema>> {
  return webhookView(webhook, await factsOf(services, webhook), scopes, now)
}

/** The same of a webhook or a channel. */
export async function showSubscription(
  services: Services,
  webhook: Webhook,
  scopes: readonly Scope[],
  now: number,
): Promise<z.output<typeof subscriptionSchema>> {
  return subscriptionView(webhook, await factsOf(services, webhook), scopes, now)
}
