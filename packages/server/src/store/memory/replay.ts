import type { Event } from '../../core/event.ts'
import type { Webhook } from '../../core/webhook.ts'
import { readSlice, replayItems } from '../rules/replay.ts'
import type { ReplayCandidate, ReplayPort } from '../rules/replay.ts'
import type { ResendPort } from '../rules/resend.ts'
import type { DeliveryStore } from '../store.ts'
import { newestOf } from './resends.ts'
import { findSendable } from './sendable.ts'
import type { Tables } from './tables.ts'

export function createReplay(
  tables: Tables,
  resending: ResendPort,
): Pick<DeliveryStore, 'replayable' | 'replay'> {
  const port = createReplayPort(tables, resending)
  return {
    replayable: async (request) => tables.read(() => readSlice(port, request)),
    replay: async (webhookId, items, now) =>
      tables.transact(() => {
        const webhook = findSendable(tables, webhookId)
        return webhook === null ? 0 : replayItems(port, webhook, items, now)
      }),
  }
}

function createReplayPort(tables: Tables, resending: ResendPort): ReplayPort {
  function eventOf(organizationId: number, id: string): Event | null {
    const event = tables.events.get(id)
    return event?.organizationId === organizationId ? event : null
  }

  function candidateFrom({ id: webhookId }: Webhook, event: Event): ReplayCandidate {
    const deliveries = tables.deliveries.where('event', event.id)
    return {
      eventId: event.id,
      createdAt: event.createdAt,
      bodyBytes: event.body.length,
      delivery: newestOf(tables, event.id, webhookId),
      open:
        tables.sweptEvents.get(event.id) === null &&
        tables.fanouts.where('event', event.id).length === 0 &&
        deliveries.every(({ kind }) => kind !== 'test'),
    }
  }

  return {
    candidates: (webhook, { type, after, limit }) =>
      tables.events
        .where('organization', webhook.organizationId)
        .filter((event) => event.type === type && (after === null || event.id > after))
        .sort((left, right) => (left.id < right.id ? -1 : 1))
        .slice(0, limit)
        .map((event) => candidateFrom(webhook, event)),
    candidate(webhook, eventId) {
      const event = eventOf(webhook.organizationId, eventId)
      return event === null ? null : candidateFrom(webhook, event)
    },
    event: eventOf,
    ...resending,
  }
}
