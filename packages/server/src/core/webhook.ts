import { LIMITS } from './limits.ts'
import { nothingTold, type Telling } from './telling.ts'

export const WEBHOOK_STATUSES = [
  'active',
  'paused',
  'disabled',
  'disabled_too_many_failures',
  'disabled_gone',
] as const
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number]
export type WebhookHealth = 'healthy' | 'failing'

/**
 * Strict order: of the whole webhook, or of the events that bear the same key. The next delivery starts when the one
 * before it is delivered, exhausted or cancelled. Deliveries sent again by hand stand outside the order.
 */
export const ORDERINGS = ['webhook', 'key'] as const
export type Ordering = (typeof ORDERINGS)[number]

/** At most `requests` attempts start in any `seconds`. */
export interface RateLimit {
  requests: number
  seconds: number
}

/** What signs a webhook's requests, as the secret box sealed it. */
export interface SealedKeys {
  /**
   * The signing secret; opened only where a request is signed or the owner asks. Of a channel what its carrier seals of the
   * target, '' when that is nothing.
   */
  sealedSecret: string
  /** For schemes that sign with a key pair; null while none of them was asked for. */
  signingKey: { publicKey: string; sealedPrivateKey: string } | null
}

/** Which events of its organization a webhook hears: all of them, or those of one project or workflow. */
export type WebhookScope =
  { type: 'organization' } | { type: 'project'; id: string } | { type: 'workflow'; id: number }

/** The carrier of webhooks proper, which are sent signed requests. Any other makes the row a channel. */
export const WEBHOOK_CARRIER = 'webhook'

/** Whether it delivers events to people instead of sending signed requests. */
export function isChannel({ carrier }: Pick<Webhook, 'carrier'>): boolean {
  return carrier !== WEBHOOK_CARRIER
}

/** A subscription: a webhook proper, or a channel. */
export interface Webhook extends SealedKeys {
  /** `webhook_…` */
  id: string
  organizationId: number
  /**
   * The name of what carries its events; `carriers/` is the table. A row that another version of the server wrote may have
   * one that this version does not know.
   */
  carrier: string
  /** Where requests go. Of a channel it is what its carrier shows of its target. */
  url: string
  description: string
  events: string[]
  scope: WebhookScope
  /**
   * Names of the schemes whose signatures `webhook-signature` bears; never empty. A row that another version of the server
   * wrote may have one that this version does not know: see `sign/signer.ts`.
   */
  signatures: string[]
  /** What the last rotation replaced. It signs beside its successor until `until`, milliseconds. */
  retired: (SealedKeys & { until: number }) | null
  headers: Record<string, string>
  /** Waits before each retry, in seconds; as many retries as entries. */
  retrySchedule: number[]
  /** Failed attempts in a row that disable it; 0 never does. */
  disableAfter: number
  rateLimit: RateLimit | null
  ordering: Ordering | null
  /** A CEL expression on the body; an event is owed to the webhook when it is true. */
  filter: string | null
  /** Counts what was written of it, so that of two readings the later one can be told. */
  revision: number
  createdAt: number
  updatedAt: number
  deletedAt: number | null
  /** When it was first active; null of one that was made without being activated, for as long as it never was. */
  activatedAt: number | null

  status: WebhookStatus
  health: WebhookHealth
  failureCount: number
  /** Whether a delivery has used up its attempts since the last success (half of the auto-disable rule). */
  exhaustedInStreak: boolean
  lastError: string | null
  lastTriggeredAt: number | null
  /**
   * Its receiver asked, with `Retry-After`, that nothing comes before this time, milliseconds: the latest time that was
   * asked for. It is no status: what is sent by hand is sent all the same. May be past.
   */
  pausedUntil: number | null
  /** What the organization was told of its health. */
  telling: Telling<WebhookHealth>
}

/** The part of a webhook that the outcome of attempts changes. */
export type WebhookState = Pick<
  Webhook,
  'status' | 'health' | 'failureCount' | 'exhaustedInStreak' | 'lastError' | 'lastTriggeredAt' | 'pausedUntil'
>

/** The state of one that nothing was sent to yet. */
export const FRESH_STATE: Readonly<WebhookState> = {
  status: 'active',
  health: 'healthy',
  failureCount: 0,
  exhaustedInStreak: false,
  lastError: null,
  lastTriggeredAt: null,
  pausedUntil: null,
}

export const FRESH_TELLING: Readonly<Webhook['telling']> = nothingTold('healthy')

/** Retries after 1, 5, 30 and 60 minutes: five attempts in all. */
export const RETRY_SCHEDULE_DEFAULT: readonly number[] = [60, 300, 1800, 3600]
export const DISABLE_AFTER_DEFAULT = 5

export function isLive(webhook: Pick<Webhook, 'status' | 'deletedAt'>): boolean {
  return webhook.status === 'active' && webhook.deletedAt === null
}

/** Until when its receiver wants to be left alone, seen at `now`; null when it does not, or no longer. */
export function pauseEnd({ pausedUntil }: Pick<Webhook, 'pausedUntil'>, now: number): number | null {
  return pausedUntil !== null && pausedUntil > now ? pausedUntil : null
}

/** When what is planned for `dueAt` may start, as far as its receiver's wishes are known. */
export function startsAt(dueAt: number | null, { pausedUntil }: Pick<Webhook, 'pausedUntil'>): number | null {
  return dueAt === null ? null : Math.max(dueAt, pausedUntil ?? 0)
}

/** Retries left in the schedule say how often an event is tried in all: one more than there are waits. */
export function attemptsMax(webhook: Pick<Webhook, 'retrySchedule'>): number {
  return Math.min(webhook.retrySchedule.length, LIMITS.retryWaitsMax) + 1
}

/**
 * What changing a webhook asks of the deliveries that wait for it. There may be millions: they move in slices, while the
 * webhook's own row already says what holds. A lease stays with an attempt that is still in flight.
 */
export type WaitingMove =
  /** pending → held; resends of delivered ones lapse */
  | 'hold'
  /** held → pending, due now */
  | 'send'
  /** held → cancelled */
  | 'drop'
  /** pending and held → cancelled */
  | 'cancel'
  /** leave the order they stand in: those that waited for their turn no longer do */
  | 'unorder'

/** Nothing of a webhook may start before these moves are done: they might take it back. */
export function holdsBack(move: WaitingMove): boolean {
  return move === 'hold' || move === 'drop' || move === 'cancel'
}

export interface WebhookChange {
  webhook: Webhook
  /** In this order. */
  waiting: readonly WaitingMove[]
}

/** Stop by the owner's hand. What waits is held, not lost. */
export function disable(webhook: Webhook, now: number): WebhookChange {
  if (webhook.status === 'paused') {
    return { webhook: { ...webhook, status: 'disabled', updatedAt: now }, waiting: [] }
  }
  if (!isLive(webhook)) return { webhook, waiting: [] }
  return { webhook: { ...webhook, status: 'disabled', updatedAt: now }, waiting: ['hold'] }
}

/** Stop for a while: as `disable`, but health and failure count are as before when it is enabled again. */
export function pause(webhook: Webhook, now: number): WebhookChange {
  if (!isLive(webhook)) return { webhook, waiting: [] }
  return { webhook: { ...webhook, status: 'paused', updatedAt: now }, waiting: ['hold'] }
}

/**
 * Start, or start again: after more than a pause with a clean slate. The owner chooses what becomes of held deliveries; if
 * not (null), they are sent, but for those of a webhook that was never active: nobody waits for what came before it began.
 * Whoever enables a webhook wants it to work now: what its receiver asked for with `Retry-After` is forgotten.
 */
export function enable(webhook: Webhook, wish: 'send' | 'drop' | null, now: number): WebhookChange {
  const held = wish ?? (webhook.activatedAt === null ? 'drop' : 'send')
  const fresh = {
    ...FRESH_STATE,
    lastTriggeredAt: webhook.lastTriggeredAt,
    // Who enables it knows that it starts afresh, so nobody is told that it recovered.
    telling: { ...webhook.telling, state: FRESH_STATE.health, dueAt: null, unprompted: 0 },
  }
  if (isLive(webhook)) return { webhook: unpaused(webhook, now), waiting: [held] }
  if (webhook.status === 'paused') {
    return { webhook: { ...webhook, status: 'active', pausedUntil: null, updatedAt: now }, waiting: [held] }
  }
  const activatedAt = webhook.activatedAt ?? now
  return { webhook: { ...webhook, ...fresh, activatedAt, updatedAt: now }, waiting: [held] }
}

/** Forgets what its receiver asked for with `Retry-After`. */
export function unpaused(webhook: Webhook, now: number): Webhook {
  return webhook.pausedUntil === null ? webhook : { ...webhook, pausedUntil: null, updatedAt: now }
}

/** The row stays for the log; its secret does not. */
export function remove(webhook: Webhook, now: number): WebhookChange {
  return {
    webhook: {
      ...webhook,
      status: 'disabled',
      sealedSecret: '',
      signingKey: null,
      retired: null,
      headers: {},
      telling: { ...webhook.telling, dueAt: null },
      deletedAt: now,
      updatedAt: now,
    },
    waiting: ['cancel'],
  }
}

/** New keys sign from now on; the old ones beside them until `overlapMs` from now. An earlier rotation's end at once. */
export function rotate(webhook: Webhook, fresh: SealedKeys, overlapMs: number, now: number): WebhookChange {
  const { sealedSecret, signingKey } = webhook
  const retired = overlapMs === 0 ? null : { sealedSecret, signingKey, until: now + overlapMs }
  return { webhook: { ...webhook, ...fresh, retired, updatedAt: now }, waiting: [] }
}

/** The old keys stop signing now. */
export function finishRotation(webhook: Webhook, now: number): WebhookChange {
  return { webhook: { ...webhook, retired: null, updatedAt: now }, waiting: [] }
}

/** What a rotation replaced and still signs at `now`; null when nothing does. */
export function retiredAt({ retired }: Webhook, now: number): Webhook['retired'] {
  return retired !== null && now < retired.until ? retired : null
}

/** The keys that sign at `now`, the newest first. */
export function liveKeys(webhook: Webhook, now: number): SealedKeys[] {
  const retired = retiredAt(webhook, now)
  return retired === null ? [webhook] : [webhook, retired]
}
