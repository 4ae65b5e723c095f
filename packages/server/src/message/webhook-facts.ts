import type { Fact } from './channel-message.ts'

interface WebhookData {
  webhook_id: string
  url: string
  failure_count?: number
  last_error?: string | null
}

/** Which webhook, and what it ran into. */
export function webhookFacts(data: WebhookData): Fact[] {
  return [
    ['Webhook', data.url],
    ['Id', data.webhook_id],
    ['Failed in a row', data.failure_count === undefined ? '' : String(data.failure_count)],
    ['Last error', data.last_error ?? ''],
  ]
}
