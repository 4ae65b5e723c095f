import { LIMITS } from './limits.ts'

export type WebhookStatus = 'active' | 'disabled' | 'disabled_too_many_failures' | 'disabled_gone'
export type WebhookHealth = 'healthy' | 'failing'

/** Which events of its organization a webhook hears: all of them, or those of one project or workflow. */
export type WebhookScope =
  { type: 'organization' } | { type: 'project'; id: string } | { type: 'workflow'; id: number }

/** A subscription. */
export interface Webhook {
  /** `webhook_…` */
  id: string
  organizationId: number
  url: string
  description: string
  events: string[]
  scope: WebhookScope
  /** The signing secret as the secret box sealed it; opened only where a request is signed or the owner asks. */
  sealedSecret: string
  headers: Record<string, string>
  /** Waits before each retry, in seconds; as many retries as entries. */
  retrySchedule: number[]
  /** Failed attempts in a row that disable it; 0 never does. */
  disableAfter: number
  createdAt: number
  updatedAt: number
  deletedAt: number | null

  status: WebhookStatus
  health: WebhookHealth
  failureCount: number
  /** Whether a delivery has used up its attempts since the last success (half of the auto-disable rule). */
  exhaustedInStreak: boolean
  lastError: string | null
  lastTriggeredAt: number | null
}

/** The part of a webhook that the outcome of attempts changes. */
export type WebhookState = Pick<
  Webhook,
  'status' | 'health' | 'failureCount' | 'exhaustedInStreak' | 'lastError' | 'lastTriggeredAt'
>

/** Retries after 1, 5, 30 and 60 minutes: five attempts in all. */
export const RETRY_SCHEDULE_DEFAULT: readonly number[] = [60, 300, 1800, 3600]
export const DISABLE_AFTER_DEFAULT = 5

export function isLive(webhook: Pick<Webhook, 'status' | 'deletedAt'>): boolean {
  return webhook.status === 'active' && webhook.deletedAt === null
}

/** Retries left in the schedule say how often an event is tried in all: one more than there are waits. */
export function attemptsMax(webhook: Pick<Webhook, 'retrySchedule'>): number {
  return Math.min(webhook.retrySchedule.length, LIMITS.retryWaitsMax) + 1
}

/** What changing a webhook asks of the deliveries that wait for it. */
export type WaitingDeliveries =
  /** leave them */
  | 'keep'
  /** pending → held */
  | 'hold'
  /** held → pending, due now; a lease stays with an attempt that is still in flight */
  | 'send'
  /** held → cancelled */
  | 'drop'
  /** pending and held → cancelled */
  | 'cancel'

export interface WebhookChange {
  webhook: Webhook
  waiting: WaitingDeliveries
}

/** Stop by the owner's hand. What waits is held, not lost. */
export function disable(webhook: Webhook, now: number): WebhookChange {
  if (!isLive(webhook)) return { webhook, waiting: 'keep' }
  return { webhook: { ...webhook, status: 'disabled', updatedAt: now }, waiting: 'hold' }
}

/** Start again with a clean slate; the owner chooses what becomes of held deliveries. */
export function enable(webhook: Webhook, held: 'send' | 'drop', now: number): WebhookChange {
  const fresh: WebhookState = {
    status: 'active',
    health: 'healthy',
    failureCount: 0,
    exhaustedInStreak: false,
    lastError: null,
    lastTriggeredAt: webhook.lastTriggeredAt,
  }
  if (isLive(webhook)) return { webhook, waiting: held }
  return { webhook: { ...webhook, ...fresh, updatedAt: now }, waiting: held }
}

/** The row stays for the log; its secret does not. */
export function remove(webhook: Webhook, now: number): WebhookChange {
  return {
    webhook: {
      ...webhook,
      status: 'disabled',
      sealedSecret: '',
      headers: {},
      deletedAt: now,
      updatedAt: now,
    },
    waiting: 'cancel',
  }
}
