import type { LeasedDelivery } from '../../../src/core/delivery.ts'
import type { Store } from '../../../src/store/store.ts'
import type { AttemptResult } from '../../../src/store/work.ts'
import { BUSY, type Mutation } from './mutation.ts'
import { withBatches, withWork } from './with-decisions.ts'

/** Two claims of one webhook race, and both get the same row. */
export const claimRace: Mutation = {
  name: 'a claim race',
  invariant: 9,
  scenario: BUSY,
  options: {
    plantBug(store) {
      let rival: LeasedDelivery | null = null
      return withBatches(
        store,
        (batch) => batch,
        (outcome) => ({
          ...outcome,
          claims: outcome.claims.map((claim) => {
            const also = rival?.delivery.webhookId === claim.webhookId ? rival : null
            const [first] = claim.leased
            rival = also === null && first !== undefined ? first : null
            return also === null ? claim : { ...claim, leased: [...claim.leased, also] }
          }),
        }),
      )
    },
  },
}

/** A result is written whoever holds the lease by now. */
export const staleLeaseWrite: Mutation = {
  name: 'a stale lease write',
  invariant: 9,
  scenario: { ...BUSY, burstsPerHour: 10, faultsPerDay: { ...BUSY.faultsPerDay!, crash: 0, freeze: 240 } },
  options: {
    plantBug: (store) =>
      withBatches(store, async (batch) => ({
        ...batch,
        results: await Promise.all(batch.results.map((result) => refenced(store, result))),
      })),
  },
}

async function refenced(store: Store, result: AttemptResult): Promise<AttemptResult> {
  for (const organization of await store.organizations.list()) {
    const row = await store.deliveries.get(organization.id, result.deliveryId)
    if (row !== null) return { ...result, fence: row.fence }
  }
  return result
}

/** What a dead process left in flight is taken up again, and its attempts are never mentioned. */
export const forgottenAttempts: Mutation = {
  name: 'attempts cut off by a crash are forgotten',
  invariant: 5,
  scenario: { ...BUSY, faultsPerDay: { ...BUSY.faultsPerDay!, crash: 72 } },
  options: {
    plantBug: (store) =>
      withWork(store, {
        async recover() {
          const everything = { limit: 1_000_000, before: null }
          for (const organization of await store.organizations.list()) {
            const { rows } = await store.deliveries.list(organization.id, {}, everything)
            const leased = rows.filter((row) => row.leasedAt !== null)
            const releases = leased.map(({ id, fence }) => ({ deliveryId: id, fence }))
            const nothing = { accepts: [], results: [], claims: [] }
            await store.work.commit({ ...nothing, releases, now: organization.createdAt }, NO_DECISIONS)
          }
          return 0
        },
      }),
  },
}

const NO_DECISIONS: Parameters<Store['work']['commit']>[1] = {
  match: () => false,
  admit: () => false,
  settle: () => {
    throw new Error('nothing is settled here')
  },
  announce: ({ after }) => ({ events: [], telling: after.telling }),
}
