import type { Attempt } from '../../src/core/attempt.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { Event } from '../../src/core/event.ts'
import type { History, ObserverMs, Rows, SeenRequest, StoreMs, WebhookChanged } from './history.ts'
import { createTimeline, type Timeline } from './timeline.ts'

/** A history with the ways through it that the checks take. */
export interface Facts {
  readonly history: History
  /** The rows at the end together with those that retention took away. */
  readonly rows: Rows
  /** Of every webhook there ever was. */
  readonly webhookIds: readonly string[]
  event(id: string): Event | undefined
  delivery(id: string): Delivery | undefined
  deliveriesOf(eventId: string): readonly Delivery[]
  /** In the order of their numbers. */
  attemptsOf(deliveryId: string): readonly Attempt[]
  /** Of every delivery of an event at a webhook: what is sent again is another one, under the same id of the event. */
  attemptsOfAll(delivery: Pick<Delivery, 'webhookId' | 'eventId'>): readonly Attempt[]
  /** What the receiver of this webhook saw of this event, oldest first. */
  requestsOf(delivery: Pick<Delivery, 'webhookId' | 'eventId'>): readonly SeenRequest[]
  timelineOf(webhookId: string): Timeline
  storeTime(at: ObserverMs): StoreMs
  /** By how much the store's clock was set back between the two, all steps together. */
  setBackMs(from: ObserverMs, to: ObserverMs): number
  /** And set forward. */
  setForwardMs(from: ObserverMs, to: ObserverMs): number
}

export function createFacts(history: History): Facts {
  const rows = allRows(history)
  const events = new Map(rows.events.map((event) => [event.id, event]))
  const deliveries = new Map(rows.deliveries.map((delivery) => [delivery.id, delivery]))
  const byEvent = Map.groupBy(rows.deliveries, (delivery) => delivery.eventId)
  const attempts = Map.groupBy(rows.attempts, (attempt) => attempt.deliveryId)
  for (const group of attempts.values()) group.sort((left, right) => left.number - right.number)
  const requests = Map.groupBy(history.requests ?? [], (request) =>
    requestKey(request.webhookId, request.headers['webhook-id'] ?? ''),
  )
  for (const group of requests.values()) group.sort((left, right) => left.at - right.at)
  const changes: Map<string, WebhookChanged[]> = Map.groupBy(history.changes, (change) => change.webhookId)
  const timelines = new Map([...changes].map(([id, ofOne]) => [id, createTimeline(ofOne)]))
  const nothingKnown = createTimeline([])
  const stepsMs = (from: ObserverMs, to: ObserverMs): number[] =>
    history.clockSteps.filter(({ at }) => at >= from && at <= to).map(({ byMs }) => byMs)

  return {
    history,
    rows,
    webhookIds: [...timelines.keys()],
    event: (id) => events.get(id),
    delivery: (id) => deliveries.get(id),
    deliveriesOf: (eventId) => byEvent.get(eventId) ?? [],
    attemptsOf: (deliveryId) => attempts.get(deliveryId) ?? [],
    attemptsOfAll: ({ webhookId, eventId }) =>
      (byEvent.get(eventId) ?? [])
        .filter((delivery) => delivery.webhookId === webhookId)
        .flatMap(({ id }) => attempts.get(id) ?? []),
    requestsOf: ({ webhookId, eventId }) => requests.get(requestKey(webhookId, eventId)) ?? [],
    timelineOf: (webhookId) => timelines.get(webhookId) ?? nothingKnown,
    storeTime: (at) => at + sum(history.clockSteps.filter((step) => step.at <= at).map((step) => step.byMs)),
    setBackMs: (from, to) => sum(stepsMs(from, to).map((byMs) => Math.max(0, -byMs))),
    setForwardMs: (from, to) => sum(stepsMs(from, to).map((byMs) => Math.max(0, byMs))),
  }
}

function allRows({ rows, removals = [] }: History): Rows {
  return {
    webhooks: rows?.webhooks ?? [],
    events: [...(rows?.events ?? []), ...removals.flatMap((removal) => removal.rows.events)],
    deliveries: [...(rows?.deliveries ?? []), ...removals.flatMap((removal) => removal.rows.deliveries)],
    attempts: [...(rows?.attempts ?? []), ...removals.flatMap((removal) => removal.rows.attempts)],
  }
}

function requestKey(webhookId: string, eventId: string): string {
  return `${webhookId} ${eventId}`
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** When a request's sender began: known exactly, or within the second that its timestamp names on the store's clock. */
export function startOf(facts: Facts, request: SeenRequest): [ObserverMs, ObserverMs] | null {
  if (request.startedAt !== null) return [request.startedAt, request.startedAt]
  if (facts.history.clockSteps.length > 0) return null
  const second = Number(request.headers['webhook-timestamp']) * 1_000
  return Number.isNaN(second) ? null : [second, second + 999]
}
