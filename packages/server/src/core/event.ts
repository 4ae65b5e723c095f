/** Something that happened. Its bytes never change after acceptance. */
export interface Event {
  /** `evt_…`; also the `webhook-id` of every request that carries it, so that a receiver can tell a repeat. */
  id: string
  organizationId: number
  type: string
  /** When it happened, milliseconds. */
  timestamp: number
  /** When it was accepted, milliseconds. */
  createdAt: number
  /** Rendered once, at acceptance; every attempt to every webhook sends these bytes. */
  body: Buffer
  projectId: string | null
  workflowId: number | null
  runId: string | null
  /** Ordering key chosen by the caller. */
  key: string | null
}

/** Whom an event is owed to, whatever they subscribed to. */
export interface Address {
  /** Ids of webhooks of the event's organization. */
  to: readonly string[]
  /** Whether those who subscribed to its type hear it as well. */
  subscribers: boolean
}
