import { BUSY, type Mutation } from './mutation.ts'
import { withBatches, withDecisions } from './with-decisions.ts'

/** Now and then a request is answered before it is written, and the write never comes. */
export const acceptedAndLost: Mutation = {
  name: 'an accepted event is lost',
  invariant: 1,
  scenario: BUSY,
  options: {
    plantBug(store) {
      let seen = 0
      const isLost = (): boolean => (seen += 1) % 50 === 0
      return {
        ...store,
        work: {
          ...store.work,
          async commit(batch, decisions) {
            const lost = batch.accepts.map(isLost)
            const kept = batch.accepts.filter((_, index) => !lost[index])
            const outcome = await store.work.commit({ ...batch, accepts: kept }, decisions)
            const answers = outcome.accepts[Symbol.iterator]()
            const nothing = { leased: [], waiting: [], targeted: [], fansOut: false }
            return {
              ...outcome,
              accepts: batch.accepts.map((unit, index) =>
                lost[index]
                  ? { outcome: 'accepted', deliveries: unit.events.map(() => 0), ...nothing }
                  : answers.next().value!,
              ),
            }
          },
        },
      }
    },
  },
}

export const claimIgnored: Mutation = {
  name: 'idempotency keys are ignored',
  invariant: 13,
  scenario: BUSY,
  options: {
    plantBug: (store) =>
      withBatches(store, (batch) => ({
        ...batch,
        accepts: batch.accepts.map((unit) => ({ ...unit, claim: null })),
      })),
  },
}

export const scopeIgnored: Mutation = {
  name: 'the scope of a webhook is ignored',
  invariant: 2,
  scenario: BUSY,
  options: {
    plantBug: (store) =>
      withDecisions(store, (decisions) => ({
        match: (event, webhook, filtered) =>
          decisions.match(event, { ...webhook, scope: { type: 'organization' } }, filtered),
      })),
  },
}

/** Nobody is told that the store holds work for which there was no room in memory. */
export const lostWakeUp: Mutation = {
  name: 'a lost wake-up',
  invariant: 16,
  scenario: { ...BUSY, burstsPerHour: 3, faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0 } },
  options: {
    plantBug: (store) => {
      const deaf = withBatches(
        withDecisions(store, (decisions) => {
          let asked = 0
          return { admit: (webhook, bytes) => (asked += 1) % 5 !== 0 && decisions.admit(webhook, bytes) }
        }),
        (batch) => batch,
        (outcome) => ({
          ...outcome,
          accepts: outcome.accepts.map((one) => (one.outcome === 'accepted' ? { ...one, waiting: [] } : one)),
        }),
      )
      return { ...deaf, work: { ...deaf.work, lanes: async () => [] } }
    },
  },
}
