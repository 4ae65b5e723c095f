import type { Attempt, AttemptOutcome } from '../../src/core/attempt.ts'
import type { Delivery, DeliveryState } from '../../src/core/delivery.ts'
import type { Event } from '../../src/core/event.ts'
import type { Webhook, WebhookState } from '../../src/core/webhook.ts'

/**
 * What was seen of an engine from outside, and what its store held at the end: plain data, whatever it was collected
 * from. A field that is absent was not observed; an invariant that needs it is then reported as not judged.
 *
 * Two clocks. Everything collected here is in the observer's time, which never steps. Rows of the store bear the store's
 * time, which may: see `clockSteps`. Both are milliseconds, and both read the same while there is no step.
 */
export interface History {
  /** Where it comes from, as a person would repeat it: `simulation, seed 7`. */
  source: string
  startedAt: ObserverMs
  endedAt: ObserverMs
  /** Nothing was left to do at `endedAt`: all owed attempts were made, no answer was outstanding, all nodes ran. */
  atRest: boolean
  /** The store's clock from `at` on reads `byMs` more than before. In order; empty when it never stepped. */
  clockSteps: readonly { at: ObserverMs; byMs: number }[]

  organizations: readonly OrganizationFacts[]
  /** Everything that changed a webhook, its creation first, in the order of the commits. */
  changes: readonly WebhookChanged[]
  /** What webhooks signed with, complete. */
  secrets?: readonly SecretLife[]
  /**
   * Webhooks whose receiver acknowledged every request at once, with the longest an attempt that is due may wait. What was
   * held is due slice by slice, within `movesMs` from when its webhook was started again.
   */
  promptWebhooks?: readonly { webhookId: string; withinMs: number; movesMs?: number }[]

  /** Every request that asked for events to be accepted, whatever became of it. */
  ingests?: readonly Ingest[]
  /** Ids of events in the order of the commits that stored them, and within a commit in the order of writing. */
  stored?: readonly string[]
  /** Every request that a receiver had, complete. */
  requests?: readonly SeenRequest[]
  resends?: readonly ResendAsked[]
  replays?: readonly ReplayAsked[]

  /** The rows at the end. */
  rows?: Rows
  /** What retention took away, as it was just before. Complete. */
  removals?: readonly Removal[]
  /** Held work of this age is given up; left out when none is. */
  heldKeptMs?: number
  /** Everything that was told of how webhooks fare, in the order of writing. */
  told?: readonly ToldOfWebhook[]
  /** Every result that a commit was asked to record, in the order of writing. */
  settled?: readonly Settled[]
  /** What became of every lease, in the order of writing. */
  leases?: readonly LeaseStep[]

  /** Times in which the engine could not do its work, or which cut off what it did. Complete. */
  outages: readonly Outage[]
  /** Times in which something of the sender's own did not work, so that no request could be made. Complete. */
  ownTroubles?: readonly OwnTroubleSpan[]
  /** What was written for people and machines to read. */
  texts?: readonly WrittenText[]
  /** Plaintext secrets beside the signing ones: API keys, tokens in static headers. */
  otherSecrets?: readonly string[]
  /** Every socket that was opened towards a receiver. */
  sockets?: readonly { at: ObserverMs; address: string }[]
  /** Ranges, as CIDR, to which no socket may lead. */
  deniedAddresses?: readonly string[]
  counters?: readonly Counter[]
}

/** Milliseconds on the observer's clock. */
export type ObserverMs = number
/** Milliseconds on the store's clock, which stamps rows. */
export type StoreMs = number
/** Somewhere between the two, both included; alike when known exactly. */
export type Moment = readonly [earliest: ObserverMs, latest: ObserverMs]

export interface OrganizationFacts {
  id: number
  /** Texts that stand in this organization's own data and nowhere else: tokens planted in bodies, names, headers. */
  markers: readonly string[]
}

export interface WebhookChanged {
  webhookId: string
  what:
    | 'created'
    | 'patched'
    | 'paused'
    | 'disabled'
    | 'enabled'
    | 'deleted'
    | 'rotated'
    | 'rotation_finished'
    /** By the engine: too many failures, or 410 Gone. */
    | 'stopped'
  /** What was asked about held deliveries; only for `enabled`. */
  held: 'send' | 'drop' | null
  askedAt: ObserverMs
  /** When it became durable, where that is known. */
  committedAt: ObserverMs | null
  /** When the asker knew; null when no answer came, so that it may have happened or not. */
  answeredAt: ObserverMs | null
  /** The webhook as this change wrote it. */
  webhook: Webhook
  /** Place in the order of writing, shared with `settled` and `leases`; null when unknown. */
  order: number | null
}

/**
 * A key that signed a webhook's requests from one moment until another. A secret that a rotation retired lives on until
 * the overlap ends; the legacy headers, which hold one signature, are made with the oldest that lives.
 */
export interface SecretLife {
  webhookId: string
  key: { scheme: 'v1'; secret: string } | { scheme: 'v1a'; publicKey: string }
  since: Moment
  /** Null when it still signs. */
  until: Moment | null
}

export interface Ingest {
  organizationId: number
  askedAt: ObserverMs
  /** Null when no answer came. */
  answeredAt: ObserverMs | null
  /** 2xx: what it named is promised. Null when no answer came. */
  status: number | null
  /** `requestHash` is whatever tells two requests apart. */
  idempotency: { key: string; requestHash: string } | null
  /** What the answer named; empty when it refused. Without an answer: what it would have named, where that is known. */
  events: readonly IngestedEvent[]
}

export interface IngestedEvent {
  id: string
  type: string
  /** SHA-256 of the bytes to be sent, hex; null when the asker does not know them. */
  bodyHash: string | null
  /** How many webhooks the answer said it is owed to; null when it did not say. */
  deliveries: number | null
  /** Owed to this webhook alone, whatever that subscribed to (a test, an example); null in general. */
  targetId: string | null
  /** Texts of those filters in use that let it through; null when unknown. */
  passes: readonly string[] | null
}

export interface SeenRequest {
  /** Told by the path. */
  webhookId: string
  /** When its sender began; null when unknown. */
  startedAt: ObserverMs | null
  /** When the receiver had read it. */
  at: ObserverMs
  /** When its sender had the answer or gave up; null when unknown. */
  endedAt: ObserverMs | null
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: Buffer
  /** What the receiver answered; null when it never did. */
  answer: { status: number; retryAfterSeconds: number | null } | null
  /** Whether the answer came back whole to a sender that was still there; null when unknown. */
  answerArrived: boolean | null
  /** Which process sent it; null when unknown. */
  node: string | null
  /** Which connection it came on; null when unknown. */
  connection: string | null
}

export interface ResendAsked {
  webhookId: string
  deliveryId: string
  askedAt: ObserverMs
  answeredAt: ObserverMs | null
  /** Null when no answer came. */
  status: number | null
}

export interface ReplayAsked {
  webhookId: string
  askedAt: ObserverMs
  answeredAt: ObserverMs | null
  status: number | null
  dryRun: boolean
  /** From the answer. */
  matched: number | null
  queued: number | null
}

export interface Rows {
  webhooks: readonly Webhook[]
  events: readonly Event[]
  deliveries: readonly Delivery[]
  attempts: readonly Attempt[]
}

export interface Removal {
  at: ObserverMs
  /** What had ended before this was to go. */
  before: StoreMs
  rows: Omit<Rows, 'webhooks'>
}

/** One operational event. */
export interface ToldOfWebhook {
  order: number
  at: ObserverMs
  /** As its event bears it. */
  createdAt: StoreMs
  organizationId: number
  webhookId: string
  type: string
  /** With the results of attempts, or because what was put off was due. */
  by: 'attempts' | 'time'
}

/** One result as its commit wrote it. */
export interface Settled {
  order: number
  at: ObserverMs
  webhookId: string
  deliveryId: string
  /** Of the attempt. */
  kind: Attempt['kind']
  outcome: AttemptOutcome
  /** When it ended. */
  endedAt: StoreMs
  statusCode: number | null
  /** From `Retry-After`, which means something with a 429 or 503. */
  retryAfterSeconds: number | null
  /** A fault of the sender's own. */
  notSent: boolean
  /** Of the delivery, afterwards. */
  state: DeliveryState
  tries: number
  /** The webhook afterwards. */
  webhook: WebhookState
}

export interface LeaseStep {
  order: number
  at: ObserverMs
  deliveryId: string
  fence: number
  /** The process that took it or came back with it. */
  node: string
  what:
    | 'taken'
    /** Given back unused. */
    | 'released'
    /** A result was written under it. */
    | 'written'
    /** A result came under it and was dropped. */
    | 'dropped'
    /** Ended by the recovery of what a process left behind, or by its time running out. */
    | 'ended'
}

export interface Outage {
  cause:
    /** The process was gone with everything it had not committed. */
    | 'crash'
    /** The process was told to stop and did so in order. */
    | 'stop'
    /** The process stood still and went on later, while another may have taken over. */
    | 'freeze'
    /** The store refused to work. */
    | 'store'
    /** The machine had no descriptors, no name server or no network. */
    | 'own fault'
  from: ObserverMs
  /** When the work went on, for all of it. */
  until: ObserverMs
  node: string | null
}

export interface OwnTroubleSpan {
  /** `descriptors` shows in the error; the others only when several names or receivers fail. */
  what: 'descriptors' | 'resolver' | 'network'
  from: ObserverMs
  until: ObserverMs
}

export interface WrittenText {
  where: 'log' | 'error' | 'metrics' | 'store' | 'response'
  /** Whose it is; null when everybody's or the operator's. */
  organizationId: number | null
  text: string
}

/** A count that a process kept while it worked. All processes of the history together. */
export interface Counter {
  what:
    | 'events accepted'
    | 'attempts delivered'
    | 'attempts failed'
    | 'attempts unknown'
    /** Results dropped as stale. */
    | 'results dropped'
  organizationId: number | null
  value: number
}
