import type { Delivery, DeliveryKind, LeasedDelivery } from '../../core/delivery.ts'
import { Problem } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import type { Run } from '../../core/run.ts'
import { isLive } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { IdempotencyClaim } from '../store.ts'
import type { AcceptOutcome, AcceptUnit, Decisions } from '../work.ts'
import { judgeClaim } from './claims.ts'

/** What acceptance reads and writes of an engine whose answers are synchronous. */
export interface AcceptPort {
  /** The claim on the same organization, operation and key, of whatever age. */
  earlierClaim(claim: IdempotencyClaim): IdempotencyClaim | null
  saveClaim(claim: IdempotencyClaim): void
  /** Throws `Problem('not_found')` when the run is new and its workflow is gone. */
  saveRun(run: Run, submission: Buffer | null): void
  addEvent(event: Event, deliveryCount: number): void
  /** Webhooks of the event's organization that name its type; never deleted ones. */
  candidates(event: Event): readonly Webhook[]
  webhook(id: string): Webhook | null
  addDelivery(delivery: Delivery): void
  makeDeliveryId(): string
}

/** A unit whose claim, run and events are written, and what its deliveries will be. */
export interface PlannedUnit {
  outcome: 'planned'
  /** For each event, the webhooks it is owed to. */
  owed: { event: Event; webhooks: readonly Webhook[] }[]
  target: AcceptUnit['target']
}

type UnitPlan = PlannedUnit | Extract<AcceptOutcome, { outcome: 'replayed' | 'conflict' }>

/**
 * The first half of accepting a unit: everything that can fail on the unit's own account. Whatever it throws, other
 * than a failure of the store, refuses this unit alone, provided that the engine undoes what was written for it.
 */
export function planUnit(port: AcceptPort, unit: AcceptUnit, decisions: Pick<Decisions, 'match'>): UnitPlan {
  if (unit.claim !== null) {
    const verdict = judgeClaim(unit.claim, port.earlierClaim(unit.claim))
    if (verdict.outcome !== 'free') return verdict
    port.saveClaim(unit.claim)
  }
  if (unit.run !== null) port.saveRun(unit.run, unit.submission)
  const owed = unit.events.map((event) => {
    const webhooks =
      unit.target === null
        ? port.candidates(event).filter((webhook) => decisions.match(event, webhook))
        : [targetOf(port, event, unit.target.webhookId)]
    port.addEvent(event, webhooks.length)
    return { event, webhooks }
  })
  return { outcome: 'planned', owed, target: unit.target }
}

/**
 * The second half: one delivery for each event and webhook. Asks `admit` only here, after the last thing that could
 * refuse the unit, so that no place in a lane is taken for a delivery that never comes to be.
 */
export function bearDeliveries(
  port: AcceptPort,
  plan: PlannedUnit,
  decisions: Pick<Decisions, 'admit'>,
  now: number,
): Extract<AcceptOutcome, { outcome: 'accepted' }> {
  const leased: LeasedDelivery[] = []
  const waiting = new Map<string, { webhookId: string; organizationId: number }>()
  const targeted: string[] = []
  for (const { event, webhooks } of plan.owed) {
    for (const webhook of webhooks) {
      const birth = plan.target === null ? birthOf(webhook, decisions) : 'leased'
      const delivery = newDelivery(
        port.makeDeliveryId(),
        event,
        webhook,
        plan.target?.kind ?? 'auto',
        birth,
        now,
      )
      port.addDelivery(delivery)
      if (plan.target !== null) targeted.push(delivery.id)
      if (birth === 'leased') leased.push({ delivery, event })
      if (birth === 'waiting') {
        waiting.set(webhook.id, { webhookId: webhook.id, organizationId: webhook.organizationId })
      }
    }
  }
  return {
    outcome: 'accepted',
    deliveries: plan.owed.map(({ webhooks }) => webhooks.length),
    leased,
    waiting: [...waiting.values()],
    targeted,
  }
}

/** How a delivery comes into the world: sent at once, queued in the store, or kept for a webhook that is stopped. */
type Birth = 'leased' | 'waiting' | 'held'

function birthOf(webhook: Webhook, decisions: Pick<Decisions, 'admit'>): Birth {
  if (!isLive(webhook)) return 'held'
  return decisions.admit(webhook) ? 'leased' : 'waiting'
}

function newDelivery(
  id: string,
  event: Event,
  webhook: Webhook,
  kind: DeliveryKind,
  birth: Birth,
  now: number,
): Delivery {
  return {
    id,
    organizationId: event.organizationId,
    eventId: event.id,
    webhookId: webhook.id,
    kind,
    state: birth === 'held' ? 'held' : 'pending',
    tries: 0,
    attemptCount: 0,
    dueAt: birth === 'held' ? null : now,
    leasedAt: birth === 'leased' ? now : null,
    fence: birth === 'leased' ? 1 : 0,
    createdAt: now,
    endedAt: null,
  }
}

function targetOf(port: AcceptPort, event: Event, webhookId: string): Webhook {
  const webhook = port.webhook(webhookId)
  if (webhook === null || webhook.deletedAt !== null || webhook.organizationId !== event.organizationId) {
    throw new Problem('not_found', `webhook ${webhookId} is gone`)
  }
  return webhook
}

/** Turns a failure of the unit's own into its refusal; one of the store's goes on, since nothing survives it. */
export function planOrRefuse(
  plan: () => UnitPlan,
): UnitPlan | Extract<AcceptOutcome, { outcome: 'refused' }> {
  try {
    return plan()
  } catch (error) {
    if (isUnitFault(error)) return { outcome: 'refused', error }
    throw error
  }
}

export function isUnitFault(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return !(error instanceof Problem) || (error.code !== 'store_full' && error.code !== 'store_unavailable')
}
