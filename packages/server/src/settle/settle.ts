import { askedUntil, saysGone, wasNotSent } from '../core/attempt.ts'
import type { DeliveryState } from '../core/delivery.ts'
import { LIMITS } from '../core/limits.ts'
import { SECOND_MS } from '../core/time.ts'
import { attemptsMax, isLive, pauseEnd, type Webhook, type WebhookState } from '../core/webhook.ts'
import type { SettleFacts, Settlement } from '../store/work.ts'
import { endOf, notSentWaitMs, retryDueAt, unknownWaitMs } from './retry.ts'

/** `last_triggered_at` is exact to this; within it, a success that changes nothing else writes no webhook row. */
const TRIGGERED_RESOLUTION_MS = SECOND_MS

/**
 * What one attempt's outcome makes of its delivery and its webhook. Pure: `jitter` is the chance it takes, in [0, 1).
 * The rules are the product's delivery policy; the states are drawn in core/delivery.ts.
 */
export function settle(facts: SettleFacts, jitter: number): Settlement {
  if (facts.delivery.kind === 'test') return settleTest(facts)
  switch (facts.outcome) {
    case 'delivered':
      return settleDelivered(facts)
    case 'failed':
      return wasNotSent(facts.report)
        ? settleUncounted(facts, facts.now + notSentWaitMs(facts.notSentBefore))
        : settleFailed(facts, jitter)
    case 'unknown':
      return settleUncounted(facts, facts.now + unknownWaitMs(facts.unknownBefore))
  }
}

/** A test is tried once, and says nothing about the webhook's health. */
function settleTest({ delivery, outcome, now }: SettleFacts): Settlement {
  const ended: DeliveryState = delivery.state === 'cancelled' ? 'cancelled' : 'exhausted'
  const state: DeliveryState = outcome === 'delivered' ? 'delivered' : ended
  return {
    delivery: { state, tries: delivery.tries + 1, dueAt: null, endedAt: now },
    webhook: null,
    holdPending: false,
  }
}

function settleDelivered({ delivery, webhook, report, now }: SettleFacts): Settlement {
  return {
    delivery: { state: 'delivered', tries: delivery.tries + 1, dueAt: null, endedAt: now },
    webhook: changed(webhook, {
      status: webhook.status,
      health: 'healthy',
      failureCount: 0,
      exhaustedInStreak: false,
      lastError: null,
      lastTriggeredAt: report?.startedAt ?? now,
      pausedUntil: webhook.pausedUntil,
    }),
    holdPending: false,
  }
}

function settleFailed(facts: SettleFacts, jitter: number): Settlement {
  const { delivery, webhook, report, now } = facts
  const tries = delivery.tries + 1
  const usedUp = tries >= attemptsMax(webhook)
  const next = afterFailure(facts, usedUp)
  const stopping = isLive(webhook) && next.status !== 'active'
  return {
    delivery: {
      tries,
      ...nextStep(facts, usedUp, stopping, () =>
        retryDueAt(webhook.retrySchedule, tries, report, now, jitter),
      ),
    },
    webhook: webhook.deletedAt === null ? next : null,
    holdPending: stopping,
  }
}

/**
 * The server stopped while the attempt may have been under way, or could not make the request. It is not the receiver's
 * failure: nothing is counted against the webhook, and the delivery keeps its place in the schedule.
 *
 * After a stop it is due at once; only after `unknownAttemptsFree` of them it waits longer and longer, so that an event that
 * brings the server down cannot do so at every start. What was not sent is tried again soon, and then less often.
 */
function settleUncounted(facts: SettleFacts, dueAt: number): Settlement {
  const { tries } = facts.delivery
  return {
    delivery: { tries, ...nextStep(facts, false, false, () => dueAt) },
    webhook: null,
    holdPending: false,
  }
}

/** Where a delivery goes that has not been acknowledged. */
function nextStep(
  { delivery, webhook, now }: SettleFacts,
  usedUp: boolean,
  stopping: boolean,
  dueAt: () => number,
): Omit<Settlement['delivery'], 'tries'> {
  const { state, endedAt } = delivery
  // Cancelled while the request was in flight: the outcome is logged, no more.
  if (state === 'cancelled') return { state, dueAt: null, endedAt }
  if (usedUp) return { state: 'exhausted', dueAt: null, endedAt: now }
  if (state === 'held' || stopping || !isLive(webhook)) return { state: 'held', dueAt: null, endedAt: null }
  return { state: 'pending', dueAt: dueAt(), endedAt: null }
}

/**
 * failing: three failed attempts in a row (Validibot). Auto-disable: failureCount has reached the threshold and a
 * delivery has used up its attempts during the streak (ValidGraph). 410 Gone stops at once.
 *
 * While a pause lasts that the receiver asked for, what fails is no news: the attempts that were in flight when it asked,
 * or one that was sent by hand. The answer that asks for it counts.
 */
function afterFailure({ webhook, report, sentTo, now }: SettleFacts, usedUp: boolean): WebhookState {
  const counts = pauseEnd(webhook, endOf(report, now)) === null
  const failureCount = webhook.failureCount + (counts ? 1 : 0)
  const exhaustedInStreak = webhook.exhaustedInStreak || (counts && usedUp)
  const isTooMany = webhook.disableAfter > 0 && failureCount >= webhook.disableAfter && exhaustedInStreak
  const tooMany = counts && isTooMany ? 'disabled_too_many_failures' : null
  const stop = saysGone(report) ? 'disabled_gone' : tooMany
  // What the webhook led to before has no say about where it leads now.
  const asked = sentTo === null || sentTo === webhook.url ? askedUntil(report) : null
  return {
    status: webhook.status === 'active' && stop !== null ? stop : webhook.status,
    health: failureCount >= LIMITS.failingAfter ? 'failing' : webhook.health,
    failureCount,
    exhaustedInStreak,
    lastError: report?.error?.message ?? null,
    lastTriggeredAt: report?.startedAt ?? now,
    pausedUntil: asked === null ? webhook.pausedUntil : Math.max(asked, webhook.pausedUntil ?? 0),
  }
}

/** The state to write, or null when the webhook's row may stay as it is. */
function changed(webhook: Webhook, next: WebhookState): WebhookState | null {
  if (webhook.deletedAt !== null) return null
  const triggeredSoonAfter =
    webhook.lastTriggeredAt !== null &&
    Math.abs((next.lastTriggeredAt ?? 0) - webhook.lastTriggeredAt) < TRIGGERED_RESOLUTION_MS
  const same =
    next.status === webhook.status &&
    next.health === webhook.health &&
    next.failureCount === webhook.failureCount &&
    next.exhaustedInStreak === webhook.exhaustedInStreak &&
    next.lastError === webhook.lastError
  return same && triggeredSoonAfter ? null : next
}
