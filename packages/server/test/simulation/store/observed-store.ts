import { endOfAttempt, type AttemptOutcome, type AttemptReport } from '../../../src/core/attempt.ts'
import type { Delivery } from '../../../src/core/delivery.ts'
import type { Event } from '../../../src/core/event.ts'
import type { Webhook } from '../../../src/core/webhook.ts'
import type { Store } from '../../../src/store/store.ts'
import type { AcceptOutcome, ResultOutcome, WorkBatch, WorkOutcome } from '../../../src/store/work.ts'
import type { LeaseStep, ToldOfWebhook } from '../../invariants/history.ts'
import { FILTER_TEXTS } from '../filters.ts'
import type { Notes } from '../notes.ts'
import { named } from '../traffic.ts'
import { readRows } from './read-rows.ts'

/** The store with notes taken of what it writes for `node`, in the order in which it writes. */
export function observedStore(store: Store, notes: Notes, node: string): Store {
  function lease(what: LeaseStep['what'], { id, fence }: Pick<Delivery, 'id' | 'fence'>): void {
    if (what === 'taken') notes.leased.set(id, fence)
    else if (what !== 'dropped' && notes.leased.get(id) === fence) notes.leased.delete(id)
    notes.leases.push({ order: notes.nextOrder(), at: notes.now(), deliveryId: id, fence, node, what })
  }

  function noteResult(
    fence: number,
    deliveryId: string,
    report: AttemptReport,
    outcome: ResultOutcome,
  ): void {
    if (outcome.stale) {
      // A fault of the engine's own ends the lease and drops the result.
      lease(outcome.error === undefined ? 'dropped' : 'ended', { id: deliveryId, fence })
      return
    }
    const { delivery, webhook } = outcome
    const { statusCode, responseHeaders } = report
    lease('written', { id: deliveryId, fence })
    notes.settled.push({
      order: notes.nextOrder(),
      at: notes.now(),
      webhookId: webhook.id,
      deliveryId,
      number: delivery.attemptCount,
      outcome: outcomeOf(report),
      endedAt: endOfAttempt(report),
      statusCode,
      retryAfterSeconds: Number(responseHeaders?.['retry-after'] ?? 0),
      notSent: report.error?.code === 'not_sent',
      state: delivery.state,
      tries: delivery.tries,
      webhook,
    })
    if (outcome.stopped) noteChange(notes, webhook, 'stopped')
  }

  /** What the engine itself makes known is promised like what others hand in. */
  function noteAnnounced(
    events: readonly Event[],
    { leased, deliveries }: Extract<AcceptOutcome, { outcome: 'accepted' }>,
    by: ToldOfWebhook['by'],
  ): void {
    const now = notes.now()
    noteStored(events)
    for (const { type, key, organizationId, createdAt } of events) {
      notes.told.push({
        ...{ order: notes.nextOrder(), at: now, createdAt, organizationId },
        ...{ webhookId: key ?? '', type, by },
      })
    }
    notes.ingests.push({
      organizationId: events[0]?.organizationId ?? 0,
      askedAt: now,
      answeredAt: now,
      status: 202,
      idempotency: null,
      events: events.map((event, index) => ({ ...named(event, deliveries[index]), passes: FILTER_TEXTS })),
    })
    for (const { delivery } of leased) lease('taken', delivery)
  }

  function noteStored(events: readonly Event[]): void {
    notes.stored.push(...events.map(({ id }) => id))
  }

  function noteCommit(batch: WorkBatch, outcome: WorkOutcome): void {
    outcome.accepts.forEach((accepted, index) => {
      if (accepted.outcome !== 'accepted') return
      noteStored(batch.accepts[index]?.events ?? [])
      for (const { delivery } of accepted.leased) lease('taken', delivery)
    })
    batch.results.forEach(({ deliveryId, fence, report }, index) => {
      const result = outcome.results[index]
      if (result !== undefined) noteResult(fence, deliveryId, report, result)
    })
    for (const { events, outcome: accepted } of outcome.announced) {
      if (accepted.outcome === 'accepted') noteAnnounced(events, accepted, 'attempts')
    }
    for (const { deliveryId, fence } of batch.releases) lease('released', { id: deliveryId, fence })
    for (const claimed of outcome.claims) for (const { delivery } of claimed.leased) lease('taken', delivery)
  }

  return {
    ...store,
    work: {
      ...store.work,
      async commit(batch, decisions) {
        const outcome = await store.work.commit(batch, decisions)
        noteCommit(batch, outcome)
        return outcome
      },
      async announceDue(...args) {
        const due = await store.work.announceDue(...args)
        for (const { events, outcome } of due.announced) {
          if (outcome.outcome === 'accepted') noteAnnounced(events, outcome, 'time')
        }
        return due
      },
      async recover(...args) {
        const left = [...notes.leased]
        const recovered = await store.work.recover(...args)
        for (const [id, fence] of left) lease('ended', { id, fence })
        return recovered
      },
    },
    webhooks: {
      ...store.webhooks,
      async create(webhook, claim) {
        const created = await store.webhooks.create(webhook, claim)
        if (created.outcome === 'created') noteChange(notes, webhook, 'created')
        return created
      },
    },
    retention: {
      ...store.retention,
      async sweep(before, keysBefore, limit) {
        const was = await readRows(store)
        const swept = await store.retention.sweep(before, keysBefore, limit)
        const is = swept === 0 ? was : await readRows(store)
        const gone = {
          events: missing(was.events, is.events, (row) => row.id),
          deliveries: missing(was.deliveries, is.deliveries, (row) => row.id),
          attempts: missing(was.attempts, is.attempts, (row) => `${row.deliveryId}/${row.number}`),
        }
        if (swept > 0) notes.removals.push({ at: notes.now(), before, rows: gone })
        return swept
      },
    },
  }
}

/** As the rule says, and not as the engine took it; but that it stood still it alone can tell. */
function outcomeOf({ statusCode, outcome }: AttemptReport): AttemptOutcome {
  if (statusCode === null && outcome === 'unknown') return 'unknown'
  return statusCode !== null && statusCode >= 200 && statusCode < 300 ? 'delivered' : 'failed'
}

function missing<Row>(was: readonly Row[], is: readonly Row[], keyOf: (row: Row) => string): Row[] {
  const left = new Set(is.map(keyOf))
  return was.filter((row) => !left.has(keyOf(row)))
}

/**
 * What owners ask for is noted where they ask (owner.ts). A stop by the engine's own hand holds from when the process
 * that made it has heard that it is durable (node.ts).
 */
function noteChange(notes: Notes, webhook: Webhook, what: 'created' | 'stopped'): void {
  const now = notes.now()
  const known = what === 'created' ? now : null
  notes.changes.push({
    ...{
      webhookId: webhook.id,
      what,
      held: null,
      askedAt: now,
      committedAt: known,
      answeredAt: known,
      webhook,
    },
    order: notes.nextOrder(),
  })
}
