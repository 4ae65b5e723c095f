/** The body that Standard Webhooks recommends, with the type and data of one event. */
export interface StandardBody<Type extends string, Data> {
  type: Type
  /** When it happened, ISO 8601 in UTC. */
  timestamp: string
  data: Data
}

/** What an operational event says about one of the organization's own webhooks; expect other fields beside these. */
type WebhookState = Readonly<Record<string, unknown>>

/** Three attempts in a row failed. */
export type WebhookFailingEvent = StandardBody<'webhook.failing', WebhookState>
/** The webhook was switched off after too many failures, or because its endpoint answered 410 Gone. */
export type WebhookDisabledEvent = StandardBody<'webhook.disabled', WebhookState>
/** A delivery succeeded again. */
export type WebhookRecoveredEvent = StandardBody<'webhook.recovered', WebhookState>

export type OperationalEvent = WebhookFailingEvent | WebhookDisabledEvent | WebhookRecoveredEvent

/** An event of a type that the organization declared itself. */
export type CustomWebhookEvent = StandardBody<string, unknown>
