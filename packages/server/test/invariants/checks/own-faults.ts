import type { Attempt } from '../../../src/core/attempt.ts'
import type { WebhookState } from '../../../src/core/webhook.ts'
import type { Check } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { OwnTroubleSpan, Settled, WebhookChanged } from '../history.ts'
import { recorded } from '../recorded.ts'

/** 25: what was not sent leaves the webhook, and the delivery's place in its schedule, as they were. */
export const ownFaultsMoveNothing: Check = {
  invariant: 25,
  needs: ['settled'],
  run(facts, { looked, broken }) {
    const settled = facts.history.settled ?? []
    const steps = [...facts.history.changes.filter(({ order }) => order !== null), ...settled].sort(
      (left, right) => (left.order ?? 0) - (right.order ?? 0),
    )
    const states = new Map<string, WebhookState>()
    const places = new Map<string, number>()
    for (const step of steps) {
      const before = states.get(step.webhookId)
      states.set(step.webhookId, step.webhook)
      if (!isSettled(step)) continue
      const triesBefore = places.get(step.deliveryId)
      places.set(step.deliveryId, step.tries)
      if (!step.notSent || step.kind === 'test' || before === undefined) continue
      looked()
      const { webhookId, deliveryId, at } = step
      for (const name of ['status', 'health', 'failureCount', 'lastError'] as const) {
        if (step.webhook[name] === before[name]) continue
        const what = `${name} turned from ${String(before[name])} to ${String(step.webhook[name])}`
        broken(`${what} by an attempt that was not sent`, { webhookId, deliveryId, at })
      }
      if (triesBefore !== undefined && triesBefore !== step.tries) {
        broken('an attempt that was not sent counts in the schedule', { webhookId, deliveryId, at })
      }
    }
  },
}

function isSettled(step: Settled | WebhookChanged): step is Settled {
  return 'notSent' in step
}

/** What ends an attempt before it needs a descriptor of its own: what is wrong with the URL or its name. */
const OF_THE_URL: ReadonlySet<string | undefined> = new Set([
  'address_denied',
  'url_not_allowed',
  'dns_not_found',
  'dns_failed',
])
const UNREACHED: ReadonlySet<string | undefined> = new Set([
  'dns_failed',
  'connection_timeout',
  'connection_unreachable',
])

/** By what is known to be the rule: so many that failed within this time, and none that did not, show whose fault it is. */
const SHOWN_BY = { resolver: 2, network: 3 } as const
const WINDOW_MS = 60_000
/** Answers to what was under way when the trouble began still come for so long. */
const ECHO_MS = 31_000

/** 25: nobody is charged for what the sender could not send, once that can be known. */
export const ownFaultsChargeNobody: Check = {
  invariant: 25,
  needs: ['rows', 'removals', 'requests', 'ownTroubles'],
  run(facts, report) {
    for (const trouble of facts.history.ownTroubles ?? []) {
      const tried = attemptsIn(facts, trouble)
      const from = trouble.what === 'descriptors' ? trouble.from : shownAt(facts, trouble, tried)
      for (const { attempt, webhookId } of tried) {
        if (from === null || attempt.startedAt < facts.storeTime(from)) continue
        if (trouble.what === 'network' && wasReached(facts, from, endOf(attempt) - skewOf(facts, trouble)))
          continue
        report.looked()
        const { code } = attempt.error ?? {}
        const isCharged = trouble.what === 'descriptors' ? !OF_THE_URL.has(code) : UNREACHED.has(code)
        if (code === 'not_sent' || !isCharged) continue
        const { deliveryId, number } = attempt
        report.broken(`attempt ${number} is charged with ${code}, with no ${trouble.what} to send it`, {
          webhookId,
          deliveryId,
          at: trouble.from,
        })
      }
    }
  },
}

/** Nothing that an attempt waits for lasts so long: when the process has stood still for it, a deadline has passed meanwhile. */
const STANDSTILL_MS = 40_000

/** 25: nobody is charged for what came to nothing while the process stood still. */
export const standstillsChargeNobody: Check = {
  invariant: 25,
  needs: ['rows', 'removals'],
  run(facts, { looked, broken }) {
    const { outages, startedAt: begin } = facts.history
    for (const { cause, from, until } of outages) {
      if (cause !== 'freeze' || until - from < STANDSTILL_MS || facts.setBackMs(begin, until) > 0) continue
      const [stopped, wentOn] = [facts.storeTime(from), facts.storeTime(until)]
      for (const { deliveryId, number, outcome, statusCode, error, ...times } of facts.rows.attempts) {
        if (times.startedAt >= stopped || times.startedAt + (times.durationMs ?? 0) < wentOn) continue
        looked()
        const isCharged = outcome === 'failed' && statusCode === null && error?.code !== 'not_sent'
        if (isCharged) {
          const code = String(error?.code)
          broken(`attempt ${number} is charged with ${code}, and we stood still`, { deliveryId, at: from })
        }
      }
    }
  },
}

interface Tried {
  attempt: Attempt
  webhookId: string
}

/**
 * Attempts within the span that no receiver had, by the store's clock. None when it was set meanwhile. What was begun
 * without name servers or network may fail after they are back; without descriptors it fails at once.
 */
function attemptsIn(facts: Facts, { what, from, until }: OwnTroubleSpan): Tried[] {
  if (facts.history.clockSteps.some(({ at }) => at >= from - WINDOW_MS && at <= until + WINDOW_MS)) return []
  const [begin, end] = [facts.storeTime(from), facts.storeTime(until)]
  return facts.rows.deliveries.flatMap((delivery) => {
    if (delivery.kind === 'test') return []
    const seen = new Set(recorded(facts, delivery).pairs.map(({ attempt }) => attempt))
    return facts
      .attemptsOf(delivery.id)
      .filter((attempt) => {
        const { outcome, startedAt, durationMs } = attempt
        const last = what === 'descriptors' ? startedAt + (durationMs ?? 0) : startedAt
        const isWithin = startedAt >= begin && last <= end
        return outcome === 'failed' && !seen.has(attempt) && isWithin
      })
      .map((attempt) => ({ attempt, webhookId: delivery.webhookId }))
  })
}

/** When enough of them had failed; null when they never had, or when the process that could know ended meanwhile. */
function shownAt(
  facts: Facts,
  { what, from, until }: OwnTroubleSpan,
  tried: readonly Tried[],
): number | null {
  if (what === 'descriptors') return from
  const disturbed = facts.history.outages.some(
    (outage) => isOfAProcess(outage.cause) && outage.until > from && outage.from < until,
  )
  if (disturbed) return null
  const skew = skewOf(facts, { from })
  const failures = tried
    .filter(({ attempt }) => attempt.error?.code === 'not_sent' || UNREACHED.has(attempt.error?.code))
    .map(({ attempt, webhookId }) => ({
      webhookId,
      begunAt: attempt.startedAt - skew,
      at: endOf(attempt) - skew,
    }))
    .filter(({ begunAt }) => begunAt >= from + ECHO_MS)
    .sort((left, right) => left.at - right.at)
  const last = failures.find(({ at }) => {
    if (what === 'network' && wasReached(facts, at - WINDOW_MS, at)) return false
    const near = failures.filter((one) => one.at <= at && one.at >= at - WINDOW_MS)
    return new Set(near.map(({ webhookId }) => hostOf(facts, webhookId))).size >= SHOWN_BY[what]
  })
  return last?.at ?? null
}

/**
 * Whether a receiver had a request within this time, over a connection that was there before the trouble began: then the
 * network is not held to be at fault.
 */
function wasReached(facts: Facts, from: number, until: number): boolean {
  return (facts.history.requests ?? []).some(({ at }) => at >= from && at <= until)
}

function endOf({ startedAt, durationMs }: Attempt): number {
  return startedAt + (durationMs ?? 0)
}

function skewOf(facts: Facts, { from }: Pick<OwnTroubleSpan, 'from'>): number {
  return facts.storeTime(from) - from
}

/** Webhooks at one host tell no more of the sender's own network than one of them does. */
function hostOf(facts: Facts, webhookId: string): string {
  const url = facts.timelineOf(webhookId).changes[0]?.webhook.url
  return url === undefined ? webhookId : new URL(url).host
}

function isOfAProcess(cause: string): boolean {
  return cause !== 'store' && cause !== 'own fault'
}
