import { Problem } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import { createSharedMap } from '../core/shared-map.ts'
import type { Store } from '../store/store.ts'
import { FilterUnjudged, HearersUnknown, type AcceptUnit } from '../store/work.ts'
import { findHearers } from './hearers.ts'

export interface JudgedAcceptParts<Accepted> {
  store: { webhooks: Pick<Store['webhooks'], 'filters' | 'hearers'> }
  /** Holds an event against filters: which of their texts let it through. Rejects with `Problem` when it cannot say. */
  judgeFilters: (event: Event, filters: readonly string[]) => Promise<ReadonlyMap<string, boolean>>
  accept: (unit: AcceptUnit) => Promise<Accepted>
  /** Lets everything else have its turn. */
  turn: () => Promise<void>
}

const NOTHING_JUDGED: NonNullable<AcceptUnit['filtered']> = new Map()
/** How often a unit is judged in all. */
const ROUNDS_MAX = 4
/** Events of one unit that are held against filters at once. */
const JUDGED_AT_ONCE_MAX = 16
/** Types of organizations that are known to have filters. */
const KNOWN_TYPES_MAX = 10_000

/**
 * Accepts units whose events are held against the webhooks' filters first: before the commit, because that may take its
 * time and a commit must not. A webhook may be given another filter meanwhile; the unit is refused then, and judged again.
 *
 * Most types have no filter, and nobody should wait for a look at the store to learn so. A unit is handed in with nothing
 * judged until its type is known to have filters, which the first refusal tells. Nor is it asked before the commit who hears
 * it, until a refusal tells that this is too much to ask in one.
 */
export function createJudgedAccept<Accepted>(
  parts: JudgedAcceptParts<Accepted>,
): (unit: AcceptUnit) => Promise<Accepted> {
  const { store, judgeFilters, accept } = parts
  const known = createSharedMap<true>({ entriesMax: KNOWN_TYPES_MAX })

  function mayMeetFilter({ events }: AcceptUnit): boolean {
    return events.some(({ organizationId, type }) => known.get(organizationId, type) === true)
  }

  async function judge(events: readonly Event[]): Promise<NonNullable<AcceptUnit['filtered']>> {
    const filtered = new Map<string, ReadonlyMap<string, boolean>>()
    for (let from = 0; from < events.length; from += JUDGED_AT_ONCE_MAX) {
      await Promise.all(
        events.slice(from, from + JUDGED_AT_ONCE_MAX).map(async (event) => {
          const filters = await store.webhooks.filters(event.organizationId, event.type)
          remember(event, filters.length > 0)
          if (filters.length > 0) filtered.set(event.id, await judgeFilters(event, filters))
        }),
      )
    }
    return filtered
  }

  function remember({ organizationId, type }: Event, hasFilters: boolean): void {
    if (hasFilters) known.set(organizationId, type, true)
    else known.delete(organizationId, type)
  }

  async function withHearers<Unit extends AcceptUnit & { filtered: NonNullable<AcceptUnit['filtered']> }>(
    unit: Unit,
  ): Promise<Unit> {
    let judged = unit
    for (let round = 0; round < ROUNDS_MAX; round++) {
      try {
        const hearers = await findHearers(parts, judged)
        if (hearers !== null) return { ...judged, hearers }
      } catch (error) {
        if (!(error instanceof FilterUnjudged)) throw error
        judged = { ...judged, filtered: await judge(unit.events) }
      }
    }
    return judged
  }

  return async (unit) => {
    // What is for one webhook alone passes its filter.
    if (unit.target !== null) return accept(unit)
    let judged = { ...unit, filtered: mayMeetFilter(unit) ? await judge(unit.events) : NOTHING_JUDGED }
    for (let round = 0; round < ROUNDS_MAX; round++) {
      try {
        return await accept(judged)
      } catch (error) {
        if (error instanceof FilterUnjudged) judged = { ...judged, filtered: await judge(unit.events) }
        else if (error instanceof HearersUnknown) judged = await withHearers(judged)
        else throw error
      }
    }
    throw new Problem(
      'overloaded',
      'The webhooks of its organization change too fast. Try again in a moment.',
    )
  }
}
