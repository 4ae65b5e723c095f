import type { z } from 'zod'
import type { Scope } from '../../../core/organization.ts'
import type { Webhook } from '../../../core/webhook.ts'
import type { ApiContext } from '../../context.ts'
import type { WebhookFacts } from '../../services.ts'
import {
  channelView,
  subscriptionView,
  type channelSchema,
  type subscriptionSchema,
} from '../../views/channel.ts'
import { webhookView, type webhookSchema } from '../../views/webhook.ts'

type Services = Pick<ApiContext['services'], 'webhooks'>

export function knownOf(facts: ReadonlyMap<string, WebhookFacts>, { id }: Webhook): WebhookFacts {
  const known = facts.get(id)
  if (known === undefined) throw new Error(`nothing is known of ${id}`)
  return known
}

async function factsOf({ webhooks }: Services, webhook: Webhook): Promise<WebhookFacts> {
  return knownOf(await webhooks.facts([webhook]), webhook)
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

export async function showChannel(
  services: Services,
  channel: Webhook,
  now: number,
): Promise<z.output<typeof channelSchema>> {
  return channelView(channel, await factsOf(services, channel), now)
}
