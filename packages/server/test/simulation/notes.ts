import type { Delivery } from '../../src/core/delivery.ts'
import type {
  History,
  Ingest,
  LeaseStep,
  ObserverMs,
  OwnTroubleSpan,
  Outage,
  Removal,
  ReplayAsked,
  ResendAsked,
  SeenRequest,
  Settled,
  ToldOfWebhook,
  WebhookChanged,
  WrittenText,
} from '../invariants/history.ts'
import { START_MS, type VirtualClock } from '../support/virtual-clock.ts'

/** Everything that is written down while a scenario runs; `history.ts` makes a history of it. */
export interface Notes {
  /** The observer's time. */
  now(): ObserverMs
  /** The next place in the order of what the store writes. */
  nextOrder(): number
  readonly clockSteps: History['clockSteps'][number][]
  readonly changes: WebhookChanged[]
  readonly ingests: Ingest[]
  /** Events in the order of writing. */
  readonly stored: string[]
  readonly requests: SeenRequest[]
  readonly resends: ResendAsked[]
  readonly replays: ReplayAsked[]
  readonly removals: Removal[]
  /** The kind of the attempt is in its row, which is read at the end. */
  readonly settled: (Omit<Settled, 'kind'> & { number: number })[]
  readonly told: ToldOfWebhook[]
  readonly leases: LeaseStep[]
  readonly outages: Outage[]
  readonly ownTroubles: OwnTroubleSpan[]
  readonly texts: WrittenText[]
  readonly sockets: { at: ObserverMs; address: string }[]
  readonly counts: Record<'events accepted' | 'attempts delivered' | 'attempts failed', number>
  /** Deliveries that are leased now, with their fence. */
  readonly leased: Map<Delivery['id'], number>
  /** What the engine reported as its own failure. */
  readonly failures: string[]
}

export function createNotes(clock: VirtualClock): Notes {
  let order = 0
  return {
    now: () => START_MS + clock.monotonic(),
    nextOrder: () => order++,
    clockSteps: [],
    changes: [],
    ingests: [],
    stored: [],
    requests: [],
    resends: [],
    replays: [],
    removals: [],
    settled: [],
    told: [],
    leases: [],
    outages: [],
    ownTroubles: [],
    texts: [],
    sockets: [],
    counts: { 'events accepted': 0, 'attempts delivered': 0, 'attempts failed': 0 },
    leased: new Map(),
    failures: [],
  }
}
