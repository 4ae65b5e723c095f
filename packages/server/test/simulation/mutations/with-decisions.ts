import type { Store } from '../../../src/store/store.ts'
import type { Decisions, WorkBatch, WorkOutcome, WorkStore } from '../../../src/store/work.ts'

/** The store with other rules than those it is handed. */
export function withDecisions(store: Store, change: (decisions: Decisions) => Partial<Decisions>): Store {
  return withWork(store, {
    commit: (batch, decisions) => store.work.commit(batch, { ...decisions, ...change(decisions) }),
    recover: (decisions, onFault) => {
      // Only `settle` is asked for there.
      const rules = decisions as Decisions
      return store.work.recover({ ...rules, ...change(rules) }, onFault)
    },
  })
}

/** The store with parts of its work done otherwise. */
export function withWork(store: Store, change: Partial<WorkStore>): Store {
  return { ...store, work: { ...store.work, ...change } }
}

/** The store with each batch changed before it is committed, and its outcome after. */
export function withBatches(
  store: Store,
  before: (batch: WorkBatch) => WorkBatch | Promise<WorkBatch>,
  after: (outcome: WorkOutcome, batch: WorkBatch) => WorkOutcome = (outcome) => outcome,
): Store {
  return withWork(store, {
    async commit(batch, decisions) {
      return after(await store.work.commit(await before(batch), decisions), batch)
    },
  })
}
