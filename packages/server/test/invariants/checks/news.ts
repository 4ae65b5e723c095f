import { HOUR_MS, MINUTE_MS } from '../../../src/core/time.ts'
import type { WebhookState } from '../../../src/core/webhook.ts'
import type { Check, Report } from '../check.ts'
import type { Facts } from '../facts.ts'
import type { Settled, ToldOfWebhook, WebhookChanged } from '../history.ts'

/** What the health of a webhook is told by. */
const HEALTH_TOLD: Readonly<Record<string, WebhookState['health']>> = {
  'webhook.failing': 'failing',
  'webhook.recovered': 'healthy',
}
const OPERATIONAL: ReadonlySet<string> = new Set([...Object.keys(HEALTH_TOLD), 'webhook.disabled'])

/** Tellings of one webhook that nothing but news led to. */
const UNPROMPTED_MAX = 3
const PER_HOUR_MAX = 60
const WINDOW_MS_MIN = 5 * MINUTE_MS

/**
 * 24: what was told last is so, once the windows have ended; what is told is so when it is told, and never twice. That it was
 * disabled is told each time.
 */
export const toldIsTrue: Check = {
  invariant: 24,
  needs: ['rest', 'settled', 'told', 'rows', 'removals'],
  run(facts, report) {
    for (const [webhookId, steps] of stepsOf(facts)) {
      followTold(facts, steps, {
        ...report,
        broken: (what, where) => report.broken(what, { webhookId, ...where }),
      })
    }
  },
}

/**
 * 26: what is told of one webhook comes once in five minutes, what is told an organization sixty times an hour, and an
 * attempt that carries such news causes none at once: so what one event causes is bounded. On the store's clock.
 */
export const newsAreBounded: Check = {
  invariant: 26,
  needs: ['settled', 'told', 'rows', 'removals'],
  run(facts, report) {
    for (const [webhookId, steps] of stepsOf(facts)) {
      const { broken } = report
      followCauses(facts, steps, {
        ...report,
        broken: (what, where) => broken(what, { webhookId, ...where }),
      })
    }
    const ofHealth = (facts.history.told ?? []).filter(({ type }) => HEALTH_TOLD[type] !== undefined)
    for (const told of Map.groupBy(ofHealth, ({ organizationId }) => organizationId).values()) {
      const times = told.map(({ createdAt }) => createdAt).sort((left, right) => left - right)
      times.forEach((time, index) => {
        const last = times[index + PER_HOUR_MAX]
        if (last === undefined || last - time >= HOUR_MS) return
        report.broken(`more than ${PER_HOUR_MAX} within an hour for one organization`, {})
      })
    }
  },
}

type Step = Settled | WebhookChanged | ToldOfWebhook

/** Of each webhook, in the order of writing. */
function stepsOf(facts: Facts): Map<string, Step[]> {
  const { settled = [], told = [] } = facts.history
  const changes = facts.webhookIds.flatMap((id) => facts.timelineOf(id).changes)
  const known = [...changes.filter(({ order }) => order !== null), ...settled, ...told]
  return Map.groupBy(
    known.sort((left, right) => (left.order ?? 0) - (right.order ?? 0)),
    ({ webhookId }) => webhookId,
  )
}

function isTold(step: Step): step is ToldOfWebhook {
  return 'by' in step
}

/** Whether an attempt may turn its webhook, by what it carried: news, something else, or neither when it was a test. */
function carriedBy(facts: Facts, { kind, outcome, deliveryId }: Settled): 'news' | 'other' | 'nothing' {
  if (kind === 'test' || outcome === 'unknown') return 'nothing'
  const event = facts.event(facts.delivery(deliveryId)?.eventId ?? '')
  return OPERATIONAL.has(event?.type ?? '') ? 'news' : 'other'
}

function followTold(facts: Facts, steps: readonly Step[], { looked, broken }: Report): void {
  let now: Pick<WebhookState, 'health' | 'status'> = { health: 'healthy', status: 'active' }
  let told: WebhookState['health'] = 'healthy'
  let disabledUntold = 0
  let disabledIn: WebhookState['health'] = 'healthy'
  let unprompted = 0
  let deleted = false
  /** What it was in the results of one commit, which may turn it more than once. */
  let lately = new Set<WebhookState['health']>()
  let latelyAt = Number.NEGATIVE_INFINITY
  for (const step of steps) {
    if (isTold(step)) {
      looked()
      const state = HEALTH_TOLD[step.type]
      if (state === undefined) disabledUntold -= 1
      else if (state !== now.health && !lately.has(state))
        broken(`${step.type} was told while it was ${now.health}`, { at: step.at })
      else if (state === told) broken(`${step.type} was told twice`, { at: step.at })
      // Of a webhook that was disabled everything is known as it was then.
      told = state ?? disabledIn
      if (step.by === 'time') unprompted += 1
      continue
    }
    const before = now
    now = step.webhook
    if ('outcome' in step) {
      if (step.at !== latelyAt) [lately, latelyAt] = [new Set(), step.at]
      lately.add(now.health)
      if (carriedBy(facts, step) === 'other') unprompted = 0
      if (before.status === 'active' && now.status !== 'active') {
        disabledUntold += 1
        disabledIn = now.health
      }
    } else {
      deleted ||= step.webhook.deletedAt !== null
      // Whoever enables it after more than a pause knows that it starts afresh.
      const isStopped = before.status !== 'active' && before.status !== 'paused'
      if (step.what === 'enabled' && isStopped) [told, unprompted] = [now.health, 0]
    }
  }
  if (disabledUntold !== 0) broken('that it was disabled was not told each time', {})
  if (deleted || told === now.health || unprompted >= UNPROMPTED_MAX) return
  broken(`${told} was told last, and it is ${now.health}`, {})
}

function followCauses(facts: Facts, steps: readonly Step[], { looked, broken }: Report): void {
  let last: ToldOfWebhook | null = null
  let lastOtherAt: number | null = null
  let unprompted = 0
  for (const step of steps) {
    if (!isTold(step)) {
      if (!('outcome' in step) || carriedBy(facts, step) !== 'other') continue
      lastOtherAt = step.at
      unprompted = 0
      continue
    }
    if (HEALTH_TOLD[step.type] === undefined) continue
    looked()
    const { at } = step
    if (step.by === 'time') unprompted += 1
    else if (lastOtherAt !== at)
      broken(`${step.type} was caused by an attempt that carried such news`, { at })
    if (unprompted > UNPROMPTED_MAX)
      broken(`${step.type} was told on and on, and nothing else happened`, { at })
    const sinceMs = last === null ? WINDOW_MS_MIN : step.createdAt - last.createdAt
    if (sinceMs < WINDOW_MS_MIN) {
      broken(`${step.type} was told ${sinceMs} ms after ${last?.type ?? ''}`, { at })
    }
    last = step
  }
}
