import { resendRefusal, waitingDelivery, type Delivery } from '../../core/delivery.ts'
import type { Event } from '../../core/event.ts'
import type { Webhook } from '../../core/webhook.ts'
import type { ReplayItem, ReplayRequest, ReplaySlice } from '../replay.ts'
import { sendAgain, type ResendPort } from './resend.ts'

/** A slice that brings along this much of bodies ends there. */
const REPLAY_BODY_BYTES_PER_SLICE = 4 * 1024 * 1024

/** What a replay reads and writes of an engine whose answers are synchronous. */
export interface ReplayPort extends ResendPort {
  /** Of the webhook's organization, in the order of their ids. */
  candidates(webhook: Webhook, query: CandidateQuery): ReplayCandidate[]
  /** One event of the webhook's organization. */
  candidate(webhook: Webhook, eventId: string): ReplayCandidate | null
  event(organizationId: number, id: string): Event | null
}

export interface CandidateQuery {
  type: string
  /** The time of acceptance asked for. An engine may answer with events outside it, which are left out here. */
  since: number
  until: number
  /** The id of the last event read; null at the first. */
  after: string | null
  limit: number
}

/** An event as one webhook's replay sees it. */
export interface ReplayCandidate {
  eventId: string
  createdAt: number
  bodyBytes: number
  /** What the webhook was owed of it; of what was sent again, the last. */
  delivery: Delivery | null
  /**
   * Whether it may become owed to a webhook that was not: never when it was made for a test, nor when the sweep took a
   * delivery of it, which may have been the one that is missed, nor while its deliveries are still being made.
   */
  open: boolean
}

/** Reads one slice: type after type, and each from the oldest event on. */
export function readSlice(port: ReplayPort, request: ReplayRequest): ReplaySlice {
  const { webhook, since, until, limit } = request
  const items: ReplaySlice['items'] = []
  const start = positionFrom(request.after)
  let left = limit
  let bodyBytes = 0
  for (const type of [...new Set(request.types)].sort()) {
    if (start !== null && type < start.type) continue
    const after = type === start?.type ? start.eventId : null
    for (const candidate of port.candidates(webhook, { type, since, until, after, limit: left })) {
      left -= 1
      const item = itemOf(port, request, candidate)
      if (item !== null) items.push(item)
      if (item?.event != null) bodyBytes += candidate.bodyBytes
      if (left === 0 || bodyBytes >= REPLAY_BODY_BYTES_PER_SLICE) {
        return { items, next: `${type} ${candidate.eventId}` }
      }
    }
  }
  return { items, next: null }
}

function positionFrom(cursor: string | null): { type: string; eventId: string } | null {
  if (cursor === null) return null
  const [type, eventId] = cursor.split(' ')
  if (type === undefined || eventId === undefined) throw new Error(`"${cursor}" is no place in a replay`)
  return { type, eventId }
}

function itemOf(
  port: ReplayPort,
  { webhook, since, until, states }: ReplayRequest,
  { eventId, createdAt, delivery, open }: ReplayCandidate,
): ReplaySlice['items'][number] | null {
  if (createdAt < since || createdAt >= until) return null
  if (delivery === null) {
    if (!open || !states.includes('never')) return null
    const event = port.event(webhook.organizationId, eventId)
    return { eventId, deliveryId: null, state: 'never', fence: null, event }
  }
  if (!states.includes(delivery.state) || resendRefusal(delivery, true) !== null) return null
  return { eventId, deliveryId: delivery.id, state: delivery.state, fence: delivery.fence, event: null }
}

/** Makes due what is still as its item says; answers how many. The caller has made sure that the webhook may be sent to. */
export function replayItems(
  port: ReplayPort,
  webhook: Webhook,
  items: readonly ReplayItem[],
  now: number,
): number {
  let queued = 0
  for (const item of items) {
    const candidate = port.candidate(webhook, item.eventId)
    if (candidate === null) continue
    if (item.deliveryId !== null) {
      if (!isAsFound(item, candidate.delivery, now)) continue
      if (typeof sendAgain(port, candidate.delivery, true, now) === 'string') continue
    } else {
      if (candidate.delivery !== null || !candidate.open) continue
      // What comes late stands in no order: later events of its line may have gone long before.
      const { id: webhookId, organizationId } = webhook
      const made = {
        id: port.makeDeliveryId(),
        organizationId,
        eventId: item.eventId,
        webhookId,
        resendOf: null,
      }
      port.addDelivery(waitingDelivery(made, now))
    }
    queued += 1
  }
  return queued
}

function isAsFound(item: ReplayItem, delivery: Delivery | null, now: number): delivery is Delivery {
  if (delivery?.id !== item.deliveryId) return false
  if (delivery.state !== item.state || delivery.fence !== item.fence) return false
  // Due already: another replay was first, or its turn has come anyway.
  return delivery.dueAt === null || delivery.dueAt > now
}
