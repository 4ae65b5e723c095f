import type { Alert } from '../../core/alert.ts'
import { Problem } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { Run } from '../../core/run.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { IdempotencyClaim } from '../store.ts'
import type { AcceptOutcome, AcceptUnit, Decisions } from '../work.ts'
import { bearDeliveries } from './births.ts'
import type { BirthPort, PlannedUnit } from './births.ts'
import { judgeClaim } from './claims.ts'
import type { RunPart } from './parts.ts'

/** What acceptance reads and writes of an engine whose answers are synchronous. */
export interface AcceptPort extends BirthPort {
  /** The claim on the same organization, operation and key, of whatever age. */
  earlierClaim(claim: IdempotencyClaim): IdempotencyClaim | null
  saveClaim(claim: IdempotencyClaim): void
  /**
   * False, and nothing is written, when that run has ended before. Throws `Problem('not_found')` when it is new and its
   * workflow is gone.
   */
  saveRun(run: Run, submission: Buffer | null): boolean
  saveAlert(alert: Alert): void
  addEvent(event: Event, deliveryCount: number): void
  /** Webhooks of the event's organization that name its type; never deleted ones. */
  candidates(event: Event): readonly Webhook[]
  webhook(id: string): Webhook | null
}

type UnitPlan = PlannedUnit | Exclude<AcceptOutcome, { outcome: 'accepted' }>

/** All of a unit, or nothing of it. */
export function acceptUnit(
  port: AcceptPort,
  unit: AcceptUnit,
  decisions: Pick<Decisions, 'match' | 'admit'>,
  now: number,
  runPart: RunPart,
): AcceptOutcome {
  const plan = runPart<UnitPlan>(
    () => planUnit(port, unit, decisions),
    (error) => ({ outcome: 'refused', error }),
  )
  return plan.outcome === 'planned' ? bearDeliveries(port, plan, decisions, now) : plan
}

/** The first half: everything that can fail on the unit's own account. */
function planUnit(port: AcceptPort, unit: AcceptUnit, decisions: Pick<Decisions, 'match'>): UnitPlan {
  if (unit.claim !== null) {
    const verdict = judgeClaim(unit.claim, port.earlierClaim(unit.claim))
    if (verdict.outcome !== 'free') return verdict
  }
  // What a run that has ended makes known was stored with its end, and is not made twice.
  if (unit.run !== null && !port.saveRun(unit.run, unit.submission)) {
    return { outcome: 'replayed', resourceId: unit.run.id }
  }
  if (unit.claim !== null) port.saveClaim(unit.claim)
  for (const alert of unit.alerts ?? []) port.saveAlert(alert)
  const owed = unit.events.map((event) => {
    const webhooks =
      unit.target === null
        ? hearersOf(port, event, unit, decisions)
        : [targetOf(port, event, unit.target.webhookId)]
    port.addEvent(event, webhooks.length)
    return { event, webhooks }
  })
  return { outcome: 'planned', owed, target: unit.target }
}

/** Subscribers that match, then those it is addressed to; nobody twice. */
function hearersOf(
  port: AcceptPort,
  event: Event,
  { addresses, filtered }: AcceptUnit,
  { match }: Pick<Decisions, 'match'>,
): readonly Webhook[] {
  const address = addresses?.get(event.id)
  const subscribed =
    address?.subscribers === false
      ? []
      : port.candidates(event).filter((webhook) => match(event, webhook, filtered))
  if (address === undefined) return subscribed
  const hearers = new Map(subscribed.map((webhook) => [webhook.id, webhook]))
  for (const id of address.to) {
    const webhook = port.webhook(id)
    if (webhook !== null && isOwn(webhook, event)) hearers.set(id, webhook)
  }
  return [...hearers.values()]
}

function isOwn({ deletedAt, organizationId }: Webhook, event: Event): boolean {
  return deletedAt === null && organizationId === event.organizationId
}

function targetOf(port: AcceptPort, event: Event, webhookId: string): Webhook {
  const webhook = port.webhook(webhookId)
  if (webhook === null || !isOwn(webhook, event)) {
    throw new Problem('not_found', `webhook ${webhookId} is gone`)
  }
  return webhook
}
