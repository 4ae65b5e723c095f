import { audienceFrom, type Audience } from '../../core/audience.ts'
import { orderKeyOf, type Delivery } from '../../core/delivery.ts'
import type { Event } from '../../core/event.ts'
import { isLive, type Webhook } from '../../core/webhook.ts'
import type { FanoutProgress } from '../work.ts'
import { newborn, type Birth, type BirthPort } from './births.ts'
import { nextInTurn } from './moves.ts'

/** An event whose deliveries are being made. It was accepted together with whom it is owed to. */
export interface Fanout {
  event: Pick<Event, 'id' | 'organizationId' | 'key'>
  audience: Audience
  /** Where in the audience's list the next slice begins. */
  position: number
  /** When the event was accepted, milliseconds: its deliveries count as made and due then. */
  acceptedAt: number
}

/** What making these deliveries reads and writes of an engine whose answers are synchronous. */
export interface FanoutPort<Stored extends Fanout> extends Pick<BirthPort, 'lineIsTaken' | 'makeDeliveryId'> {
  /** Organizations that have any left. */
  organizations(): readonly number[]
  /** The one accepted first; null when none is left. */
  oldest(organizationId: number): Stored | null
  webhook(id: string): Webhook | null
  /**
   * Whether the webhook was live when the first of its moves was asked for that waits for this fan-out; null when none
   * does.
   */
  wasLive(fanout: Stored, webhook: Webhook): boolean | null
  addDelivery(delivery: Delivery, fanout: Stored): void
  /** All deliveries before `position` are made. */
  advance(fanout: Stored, position: number): void
  done(fanout: Stored): void
}

/**
 * The next slice: at most `rowsMax` deliveries of one organization, those of the event accepted first before those of the
 * next. Organizations take turns after `last`.
 */
export function bearSlice<Stored extends Fanout>(
  port: FanoutPort<Stored>,
  last: number | null,
  rowsMax: number,
): FanoutProgress | null {
  const organizationId = nextInTurn(port.organizations(), last)
  if (organizationId === null) return null
  const due = new Set<string>()
  let left = rowsMax
  for (let fanout = port.oldest(organizationId); fanout !== null; fanout = port.oldest(organizationId)) {
    const { webhookIds, position } = audienceFrom(fanout.audience, fanout.position, left)
    for (const id of webhookIds) if (bear(port, fanout, id)) due.add(id)
    left -= Math.max(1, webhookIds.length)
    if (position < fanout.audience.webhookIds.length) port.advance(fanout, position)
    else port.done(fanout)
    if (left <= 0) break
  }
  return { organizationId, due: [...due], done: port.oldest(organizationId) === null }
}

/** Answers whether the delivery may start now. */
function bear<Stored extends Fanout>(port: FanoutPort<Stored>, fanout: Stored, webhookId: string): boolean {
  const webhook = port.webhook(webhookId)
  if (webhook === null)
    throw new Error(`event ${fanout.event.id} is owed to webhook ${webhookId}, which is gone`)
  const orderKey = orderKeyOf(webhook.ordering, fanout.event.key)
  const birth = birthOf(port, fanout, webhook, orderKey)
  const { event, acceptedAt } = fanout
  port.addDelivery(
    newborn(port.makeDeliveryId(), event, webhook, 'auto', orderKey, birth, acceptedAt),
    fanout,
  )
  return birth === 'waiting' && isLive(webhook)
}

/**
 * As it would have been at acceptance. What was done to the webhook since is a move that waits for this fan-out, and takes
 * the delivery along like those that were there.
 */
function birthOf<Stored extends Fanout>(
  port: FanoutPort<Stored>,
  fanout: Stored,
  webhook: Webhook,
  orderKey: string | null,
): Exclude<Birth, 'leased'> {
  if (!(port.wasLive(fanout, webhook) ?? isLive(webhook))) return 'held'
  return orderKey !== null && port.lineIsTaken(webhook.id, orderKey) ? 'blocked' : 'waiting'
}
