import type { WebhookHealth, WebhookStatus } from '../core/webhook.ts'

/**
 * A look at what is stored, by whoever stands beside the server: it changes nothing, and works whether or not a server runs.
 * Each method rejects with the engine's own error where it cannot read; on a store that is empty it finds nothing.
 */
export interface StoreSurvey {
  /** Where the data is, for messages. */
  readonly place: string
  /** Where the mark of the running server is, for messages. */
  readonly serverMark: string
  /** False before the first start. */
  exists(): boolean
  /** Reads everything; `faults` are in the engine's words, a few of them at most. */
  integrity(): Promise<{ schemaVersion: number; faults: string[] }>
  /** Whether a server runs on it. */
  isServed(): boolean
  /** What is sealed with a key, as it is stored; a webhook or channel may have nothing to seal. */
  sealedSecrets(): Promise<string[]>
  /** Webhooks that fail, or were disabled because they did, the oldest first. */
  troubledWebhooks(limit: number): Promise<TroubledWebhook[]>
  /** Active webhooks that were sent nothing yet, and whose filter passed events over; the oldest first. */
  silentWebhooks(limit: number): Promise<SilentWebhook[]>
  /** Enabled monitors whose page could not be judged the last time, the oldest first. */
  failingMonitors(limit: number): Promise<FailingMonitor[]>
  /** Webhooks whose carrier or one of whose signature schemes is none of these. */
  unknownNames(known: KnownNames, limit: number): Promise<UnknownNames[]>
}

export interface TroubledWebhook {
  id: string
  organizationSlug: string
  url: string
  status: WebhookStatus
  health: WebhookHealth
  lastError: string | null
}

export interface SilentWebhook {
  id: string
  organizationSlug: string
  /** Events that its filter passed over. */
  filteredOut: number
}

export interface FailingMonitor {
  id: string
  organizationSlug: string
  name: string
  url: string
  lastError: string | null
}

export interface KnownNames {
  carriers: readonly string[]
  signatures: readonly string[]
}

export interface UnknownNames {
  webhookId: string
  carrier: string
  signatures: string[]
}
