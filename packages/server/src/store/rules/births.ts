import { orderKeyOf } from '../../core/delivery.ts'
import type { Delivery, DeliveryKind, LeasedDelivery } from '../../core/delivery.ts'
import type { Event } from '../../core/event.ts'
import { isLive } from '../../core/webhook.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { AcceptOutcome, AcceptUnit, Decisions } from '../work.ts'

/** What making deliveries reads and writes of an engine whose answers are synchronous. */
export interface BirthPort {
  /** Whether a move of the webhook is left that `holdsBack`. */
  heldBack(webhookId: string): boolean
  /** Whether a delivery of the webhook with this order key has not ended. */
  lineIsTaken(webhookId: string, orderKey: string): boolean
  addDelivery(delivery: Delivery): void
  makeDeliveryId(): string
}

/** An event and the webhooks it is owed to. */
export interface Owed {
  event: Event
  webhooks: readonly Webhook[]
}

/**
 * The second half of accepting: one delivery for each event and webhook. Asks `admit` only here, after the last thing
 * that could refuse the unit, so that no place in a lane is taken for a delivery that never comes to be.
 */
export function bearDeliveries(
  port: BirthPort,
  { owed, target }: { owed: readonly Owed[]; target: AcceptUnit['target'] },
  decisions: Pick<Decisions, 'admit'>,
  now: number,
): Extract<AcceptOutcome, { outcome: 'accepted' }> {
  const leased: LeasedDelivery[] = []
  const waiting = new Map<string, { webhookId: string; organizationId: number }>()
  const targeted: string[] = []
  for (const { event, webhooks } of owed) {
    for (const webhook of webhooks) {
      // What is made for one webhook is sent now, whatever goes before it.
      const orderKey = target === null ? orderKeyOf(webhook.ordering, event.key) : null
      const birth = target === null ? birthOf(port, webhook, event, orderKey, decisions) : 'leased'
      const kind = target?.kind ?? 'auto'
      const delivery = newborn(port.makeDeliveryId(), event, webhook, kind, orderKey, birth, now)
      port.addDelivery(delivery)
      if (target !== null) targeted.push(delivery.id)
      if (birth === 'leased') leased.push({ delivery, event })
      if (birth === 'waiting') {
        waiting.set(webhook.id, { webhookId: webhook.id, organizationId: webhook.organizationId })
      }
    }
  }
  return {
    outcome: 'accepted',
    deliveries: owed.map(({ webhooks }) => webhooks.length),
    leased,
    waiting: [...waiting.values()],
    targeted,
    fansOut: false,
  }
}

/**
 * leased  — sent at once
 * waiting — due, and left in the store
 * blocked — left in the store until what goes before it in its order has ended
 * held    — kept for a webhook that is stopped
 */
export type Birth = 'leased' | 'waiting' | 'blocked' | 'held'

function birthOf(
  port: BirthPort,
  webhook: Webhook,
  event: Event,
  orderKey: string | null,
  decisions: Pick<Decisions, 'admit'>,
): Birth {
  if (!isLive(webhook)) return 'held'
  if (orderKey !== null && port.lineIsTaken(webhook.id, orderKey)) return 'blocked'
  if (port.heldBack(webhook.id)) return 'waiting'
  return decisions.admit(webhook, event.body.length) ? 'leased' : 'waiting'
}

export function newborn(
  id: string,
  event: Pick<Event, 'id' | 'organizationId'>,
  webhook: Webhook,
  kind: DeliveryKind,
  orderKey: string | null,
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
    resendOf: null,
    orderKey,
    dueAt: birth === 'leased' || birth === 'waiting' ? now : null,
    leasedAt: birth === 'leased' ? now : null,
    fence: birth === 'leased' ? 1 : 0,
    createdAt: now,
    endedAt: null,
  }
}
