import { createJudgedAccept } from '../../src/accept/judged-accept.ts'
import { match } from '../../src/accept/match.ts'
import type { Event } from '../../src/core/event.ts'
import type { Store } from '../../src/store/store.ts'
import type { AcceptOutcome, AcceptUnit } from '../../src/store/work.ts'
import { plainDecisions } from '../../src/store/conformance/decisions.ts'

/** Accepts as the server does, each unit in a commit of its own; nothing is born leased. */
export function createAcceptance(
  store: Pick<Store, 'work' | 'webhooks'>,
  passes: (event: Event, filter: string) => boolean = () => true,
): (unit: AcceptUnit) => Promise<AcceptOutcome> {
  return createJudgedAccept({
    store,
    judgeFilters: async (event, filters) => new Map(filters.map((filter) => [filter, passes(event, filter)])),
    async accept(unit) {
      const batch = {
        accepts: [unit],
        results: [],
        claims: [],
        releases: [],
        now: unit.events[0]?.createdAt ?? 0,
      }
      const { accepts } = await store.work.commit(batch, { ...plainDecisions, match, admit: () => false })
      const [outcome] = accepts
      if (outcome === undefined) throw new Error('a commit does one thing at least')
      if (outcome.outcome === 'refused') throw outcome.error
      return outcome
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  })
}
