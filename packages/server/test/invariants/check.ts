import type { Facts } from './facts.ts'
import type { History, ObserverMs } from './history.ts'

/** The promises, as docs/simulation.md numbers them. From 22 on they are those of what a webhook may ask for beside. */
export const INVARIANTS: Readonly<Record<number, string>> = {
  1: 'an event that was answered with a 2xx is in the store, with its bytes',
  2: 'each accepted event has exactly one delivery for each webhook that it matched, beside what was sent again by hand',
  3: 'at rest every delivery is delivered, exhausted, held or cancelled',
  4: 'a delivery is delivered if and only if an attempt of it was answered with a 2xx',
  5: 'what a receiver saw is recorded',
  6: 'attempts are as many as the schedule allows, and nothing is sent again that nobody asked for',
  7: 'no attempt starts once its webhook was stopped or deleted',
  8: 'no attempt starts earlier than its schedule allows, nor in a pause that its receiver asked for',
  9: 'a delivery has one live lease at most, and no result is written under another',
  10: 'a receiver sees an acknowledged event again only for a reason, and with the same id and bytes',
  11: 'every signature verifies, and every timestamp is fresh',
  12: 'during a rotation both secrets sign, after it only the new one',
  13: 'one idempotency key is one event, and with another body a conflict',
  14: 'nothing of one organization shows in what another is sent or shown',
  15: 'counters equal a recount',
  16: 'a webhook whose receiver acknowledges at once is served in time, whatever the others do',
  17: 'starting a webhook again neither loses nor doubles what was held, nor does a replay',
  18: 'no secret stands in the store, in logs or in errors',
  19: 'no socket leads to a denied address',
  20: 'retention takes finished work only, and leaves nothing without its parent',
  21: 'failure count, health and status follow the outcomes of the attempts at every step',
  22: 'in strict order the next delivery starts when the one before it has ended',
  23: 'a receiver is sent no more than its rate limit allows',
  24: 'what was told last of a webhook is so, once the windows have ended',
  25: 'what is the sender’s own fault moves nothing of a webhook',
  26: 'one event causes a bounded number of requests, news of webhooks included',
}

/** What a check must know of a history; `rest`: that it is at rest. */
export type Need = keyof History | 'rest'

/** One way to judge an invariant. Most have one, some have a second that needs to know more. */
export interface Check {
  invariant: number
  needs: readonly Need[]
  run(facts: Facts, report: Report): void
}

export interface Report {
  /** One more case was looked at: an invariant that never met one has shown nothing. */
  looked: () => void
  broken: (what: string, where: Subject) => void
}

export interface Subject {
  webhookId?: string
  eventId?: string
  deliveryId?: string
  at?: ObserverMs
}

export interface Violation {
  invariant: number
  what: string
  where: Subject
}
