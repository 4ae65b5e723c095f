import type { Webhook } from '../../src/core/webhook.ts'
import type { Ingest, Outage, SecretLife, WebhookChanged } from '../invariants/history.ts'

/** What the scenario did and what befell the server, noted while it happens. The checker's history is made from it. */
export interface Facts {
  startedAt: number
  /** A number for a report, so that none is another's repeat unless it is meant to be. */
  nextReport(): number
  ingests: Ingest[]
  /** Ids of the runs that were accepted. */
  runs: Set<string>
  changes: WebhookChanged[]
  secrets: SecretLife[]
  outages: Outage[]
  clockSteps: { at: number; byMs: number }[]
  /** What servers wrote, in both streams. */
  logs: string[]
  /** Webhooks by the name of their receiver, also deleted ones. */
  webhooks: Map<string, Webhook>
  /** The server that listened is gone. */
  outageBegins(cause: Outage['cause']): void
  /** A server has taken up the work again. */
  outageEnds(): void
  /** The store refuses to work, until the returned function is called. */
  storeRefuses(): () => void
}

/** Every scenario works in the organization that a new data directory has. */
export const ORGANIZATION_ID = 1

export function createFacts(): Facts {
  let underWay: Outage | null = null
  const outages: Outage[] = []
  let reports = 0
  return {
    startedAt: Date.now(),
    nextReport: () => (reports += 1),
    ingests: [],
    runs: new Set(),
    changes: [],
    secrets: [],
    outages,
    clockSteps: [],
    logs: [],
    webhooks: new Map(),
    outageBegins(cause) {
      // One that ended before it listened only makes the outage longer.
      if (underWay !== null) return
      underWay = { cause, from: Date.now(), until: Number.POSITIVE_INFINITY, node: null }
      outages.push(underWay)
    },
    outageEnds() {
      if (underWay !== null) underWay.until = Date.now()
      underWay = null
    },
    storeRefuses() {
      const outage: Outage = { cause: 'store', from: Date.now(), until: Number.POSITIVE_INFINITY, node: null }
      outages.push(outage)
      return () => (outage.until = Date.now())
    },
  }
}
