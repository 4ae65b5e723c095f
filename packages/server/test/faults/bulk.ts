import { createIds } from '../../src/core/ids.ts'
import { systemClock } from '../../src/core/clock.ts'
import { systemRandom } from '../../src/core/random.ts'
import { openSqliteStore } from '../../src/store/sqlite/index.ts'
import type { Decisions } from '../../src/store/work.ts'
import { EVENT_TYPE } from './ingest.ts'
import type { World } from './world.ts'

/** Deliveries that a commit is asked to hold; it leaves over what is more than a step of the event loop. */
const DELIVERIES_PER_COMMIT = 500

/** Nothing is sent here, so nothing is asked for but what acceptance needs. */
const ACCEPT_ONLY: Decisions = {
  match: () => true,
  admit: () => false,
  settle: () => {
    throw new Error('nothing is sent here')
  },
  announce: ({ after }) => ({ events: [], telling: after.telling }),
}

/**
 * Puts `events` events into the store of a world on which no server runs, by the store's own commit, and so `events`
 * deliveries for each of the organization's `webhooks`.
 */
export async function acceptInBulk(
  { dataDir }: Pick<World, 'dataDir'>,
  events: number,
  webhooks: number,
  slug = 'default',
): Promise<void> {
  const ids = createIds(systemClock, systemRandom)
  const store = await openSqliteStore({
    dataDir,
    now: () => Date.now(),
    makeDeliveryId: () => ids.make('dlv'),
  })
  const organization = await store.organizations.bySlug(slug)
  if (organization === null) throw new Error(`there is no organization ${slug}`)
  const organizationId = organization.id
  const unitsPerCommit = Math.max(1, Math.floor(DELIVERIES_PER_COMMIT / webhooks))
  try {
    for (let done = 0; done < events;) {
      const now = Date.now()
      const made = Array.from({ length: Math.min(unitsPerCommit, events - done) }, () => ({
        id: ids.make('evt'),
        organizationId,
        type: EVENT_TYPE,
        timestamp: now,
        createdAt: now,
        body: Buffer.from(JSON.stringify({ type: EVENT_TYPE, number: done })),
        projectId: null,
        workflowId: null,
        runId: null,
        key: null,
      }))
      const { accepts } = await store.work.commit(
        {
          accepts: made.map((event) => ({
            claim: null,
            run: null,
            submission: null,
            events: [event],
            target: null,
          })),
          results: [],
          claims: [],
          releases: [],
          now,
        },
        ACCEPT_ONLY,
      )
      const refused = accepts.find(({ outcome }) => outcome !== 'accepted')
      if (refused !== undefined || accepts.length === 0) throw new Error('the store did not take the backlog')
      done += accepts.length
    }
  } finally {
    await store.close()
  }
}
