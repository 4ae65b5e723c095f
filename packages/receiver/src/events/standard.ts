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

/** What an event says about a watched page; expect other fields beside these. */
export interface MonitorState {
  /** `mon_…` */
  monitor_id: string
  name: string
  /** The watched page. */
  url: string
  project_id: string
  workflow: { id: number; slug: string; name: string }
  /** The last run that the monitor started, and its page; null before the first. */
  run_id: string | null
  run_url: string | null
}

/** A watched page cannot be judged: it could not be fetched, a validator broke, or no run could be started. */
export type MonitorFailingEvent = StandardBody<
  'monitor.failing',
  MonitorState & {
    health: 'failing'
    /** Runs and slots in a row without a verdict. */
    failure_count: number
    /** When the first of these was, ISO 8601 in UTC. */
    failing_since: string | null
    /** Why there was no verdict the last time, in plain words. */
    last_error: string | null
  }
>
/** A watched page that could not be judged has been judged again, whatever the verdict. */
export type MonitorRecoveredEvent = StandardBody<'monitor.recovered', MonitorState & { health: 'healthy' }>

export type OperationalEvent =
  | WebhookFailingEvent
  | WebhookDisabledEvent
  | WebhookRecoveredEvent
  | MonitorFailingEvent
  | MonitorRecoveredEvent

/** An event of a type that the organization declared itself. */
export type CustomWebhookEvent = StandardBody<string, unknown>
