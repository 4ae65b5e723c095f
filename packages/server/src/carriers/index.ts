import { WEBHOOK_CARRIER } from '../core/webhook.ts'
import type { Carrier } from './carrier.ts'
import { email } from './email/carrier.ts'
import { slack } from './slack/carrier.ts'
import { webhook } from './webhook/carrier.ts'

/** Every carrier, one line each. */
export const CARRIERS = [webhook, email, slack] as const satisfies readonly Carrier[]

export type CarrierName = (typeof CARRIERS)[number]['name']

export const CARRIER_NAMES: readonly CarrierName[] = CARRIERS.map(({ name }) => name)

/** Those whose webhooks are channels. */
export const CHANNEL_CARRIERS: readonly Carrier[] = CARRIERS.filter(({ name }) => name !== WEBHOOK_CARRIER)

/** Undefined for one that this version of the server does not know: a later one may have stored it. */
export function findCarrier(name: string): Carrier | undefined {
  return CARRIERS.find((carrier) => carrier.name === name)
}

/** `by e-mail or to Slack`. */
export const CHANNEL_PHRASES = new Intl.ListFormat('en', { type: 'disjunction' }).format(
  CHANNEL_CARRIERS.map(({ phrase }) => phrase),
)
