import type { Webhook, WebhookState } from '../../../src/core/webhook.ts'
import type { Check, Report } from '../check.ts'
import type { Settled, WebhookChanged } from '../history.ts'
import { patienceMs } from '../pauses.ts'

/** 21 */
export const healthFollowsTheRule: Check = {
  invariant: 21,
  needs: ['settled'],
  run(facts, report) {
    const settled = Map.groupBy(facts.history.settled ?? [], (one) => one.webhookId)
    for (const webhookId of facts.webhookIds) {
      followSteps(inOrder(facts.timelineOf(webhookId).changes, settled.get(webhookId) ?? []), {
        ...report,
        broken: (what, where) => report.broken(what, { webhookId, ...where }),
      })
    }
  },
}

/** Failed attempts in a row that make a webhook `failing` (Validibot). */
const FAILING_AFTER = 3

function inOrder(
  changes: readonly WebhookChanged[],
  settled: readonly Settled[],
): (Settled | WebhookChanged)[] {
  const known = changes.filter((change) => change.order !== null)
  return [...known, ...settled].sort((left, right) => (left.order ?? 0) - (right.order ?? 0))
}

type Health = Pick<WebhookState, 'status' | 'health' | 'failureCount' | 'exhaustedInStreak' | 'pausedUntil'>

function followSteps(steps: readonly (Settled | WebhookChanged)[], { looked, broken }: Report): void {
  let webhook: Webhook | null = null
  let expected: Health = FRESH
  for (const step of steps) {
    if (!('outcome' in step)) {
      if (step.what !== 'stopped') expected = afterChange(expected, step)
      webhook = step.webhook
      continue
    }
    if (webhook === null || webhook.deletedAt !== null) continue
    looked()
    expected = afterAttempt(expected, step, webhook.disableAfter)
    const wrong = (['status', 'health', 'failureCount', 'pausedUntil'] as const).filter(
      (name) => step.webhook[name] !== expected[name],
    )
    for (const name of wrong) {
      const found = String(step.webhook[name])
      broken(`${name} is ${found} after a ${step.outcome} attempt, not ${String(expected[name])}`, {
        deliveryId: step.deliveryId,
        at: step.at,
      })
    }
    // One mistake is told once.
    expected = { ...expected, ...step.webhook }
  }
}

const FRESH: Health = {
  status: 'active',
  health: 'healthy',
  failureCount: 0,
  exhaustedInStreak: false,
  pausedUntil: null,
}

/** Only a start after a stop, and not after a pause, wipes the slate. What the receiver asked for ends with any start. */
function afterChange(before: Health, { what, webhook }: WebhookChanged): Health {
  const { status, health, failureCount } = webhook
  if (what === 'created') return { ...before, status, health, failureCount }
  const pausedUntil = what === 'enabled' ? null : webhook.pausedUntil
  const restarted = what === 'enabled' && before.status !== 'active' && before.status !== 'paused'
  return restarted ? { ...FRESH, status, pausedUntil } : { ...before, status, pausedUntil }
}

function afterAttempt(before: Health, step: Settled, disableAfter: number): Health {
  // A test says nothing about the webhook, nor does an attempt that a crash cut off or that was not sent.
  if (step.kind === 'test' || step.outcome === 'unknown' || step.notSent) return before
  if (step.outcome === 'delivered')
    return { ...before, health: 'healthy', failureCount: 0, exhaustedInStreak: false }
  // What fails while the receiver wants to be left alone says nothing new.
  const counts = before.pausedUntil === null || before.pausedUntil <= step.endedAt
  const failureCount = before.failureCount + (counts ? 1 : 0)
  const usedUp = step.state === 'exhausted' || wasCancelled(step)
  const exhaustedInStreak = before.exhaustedInStreak || (counts && usedUp)
  const tooMany = counts && disableAfter > 0 && failureCount >= disableAfter && exhaustedInStreak
  const stop =
    step.statusCode === 410 ? 'disabled_gone' : tooMany ? 'disabled_too_many_failures' : before.status
  return {
    status: before.status === 'active' ? stop : before.status,
    health: failureCount >= FAILING_AFTER ? 'failing' : before.health,
    failureCount,
    exhaustedInStreak,
    pausedUntil: pausedAfter(before, step),
  }
}

function pausedAfter({ pausedUntil }: Health, step: Settled): number | null {
  const patience = patienceMs(step)
  return patience === 0 ? pausedUntil : Math.max(pausedUntil ?? 0, Math.ceil(step.endedAt + patience))
}

/** Dropped while its request was under way: whether that was its last try shows in the webhook alone. */
function wasCancelled({ state, webhook }: Settled): boolean {
  return state === 'cancelled' && webhook.exhaustedInStreak
}
