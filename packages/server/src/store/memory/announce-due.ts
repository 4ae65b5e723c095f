import type { Webhook } from '../../core/webhook.ts'
import { commitBounds, type EngineOptions } from '../options.ts'
import { announceUntold } from '../rules/announce.ts'
import type { AnnouncePort } from '../rules/announce.ts'
import type { WorkStore } from '../work.ts'
import { createAcceptPort } from './accept-units.ts'
import { eventTimes } from './events.ts'
import { partsApart } from './parts.ts'
import { createSettlePort } from './settle-results.ts'
import type { Tables } from './tables.ts'

export function createAnnounceDue(tables: Tables, options: EngineOptions): WorkStore['announceDue'] {
  const untold = (): Webhook[] =>
    tables.webhooks.where('untold', 'untold').sort((left, right) => dueAt(left) - dueAt(right))
  const port = {
    ...createAnnouncePort(tables, options),
    untold: (now: number, limit: number) =>
      untold()
        .filter((webhook) => dueAt(webhook) <= now)
        .slice(0, limit),
    nextTellAt: () => untold()[0]?.telling.dueAt ?? null,
  }
  return async (decisions, now) =>
    tables.transact((savepoint) => announceUntold(port, decisions, now, partsApart(savepoint)))
}

export function createAnnouncePort(tables: Tables, options: EngineOptions): AnnouncePort {
  return {
    bounds: commitBounds(options),
    openAcceptPort: () => createAcceptPort(tables, options.makeDeliveryId),
    settlePort: createSettlePort(tables, options),
    eventTimes: (...asked) => eventTimes(tables, ...asked),
  }
}

function dueAt({ telling }: Webhook): number {
  return telling.dueAt ?? Number.POSITIVE_INFINITY
}
