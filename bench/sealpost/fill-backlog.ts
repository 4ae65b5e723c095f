// Puts pending deliveries into a data directory through the store's own commit, so that they are what the server would
// have written, whatever the schema is. In a process of its own, because it holds the database while it lives.
import { serveCalls } from '../lib/remote.ts'
import { sharedMicroseconds } from '../lib/shared-clock.ts'
import { eventBody, eventType } from '../load/event-text.ts'
import { compileTemplate, fillTemplate } from '../load/request-template.ts'
import { systemClock } from '../../packages/server/dist/core/clock.js'
import { createIds } from '../../packages/server/dist/core/ids.js'
import { systemRandom } from '../../packages/server/dist/core/random.js'
import { openSqliteStore } from '../../packages/server/dist/store/sqlite/index.js'
import type { AcceptUnit, Decisions } from '../../packages/server/dist/store/work.js'

export interface Backlog {
  /** Of a server that is not running, with its webhooks. */
  dataDir: string
  /** Number of the first event. */
  first: number
  events: number
  /** Types that the events take turns in. */
  groups: number
  /** How long from now the deliveries are due. */
  dueInMs: number
}

export type FillCalls = {
  /** Answers how many deliveries it made. */
  fill(backlog: Backlog): Promise<number>
}

serveCalls({ fill } satisfies FillCalls)

const EVENTS_PER_COMMIT = 500

/** Everything is owed and waits in the store: nobody is there to send it. */
const DECISIONS: Decisions = {
  match: () => true,
  admit: () => false,
  settle: () => never(),
  announce: () => never(),
}

async function fill({ dataDir, first, events, groups, dueInMs }: Backlog): Promise<number> {
  const ids = createIds(systemClock, systemRandom)
  const store = await openSqliteStore({
    dataDir,
    now: () => systemClock.now(),
    makeDeliveryId: () => ids.make('dlv'),
  })
  const organization = await store.organizations.bySlug('default')
  if (organization === null) throw new Error(`There is no default organization in ${dataDir}.`)
  const now = systemClock.now()

  function unit(index: number): AcceptUnit {
    const type = eventType(groups, (first + index) % groups)
    const template = compileTemplate(eventBody(type))
    fillTemplate(template, first + index, sharedMicroseconds(), groups)
    const event = {
      id: ids.make('evt'),
      organizationId: organization?.id ?? 0,
      type,
      timestamp: now,
      createdAt: now,
      body: template.bytes,
      projectId: null,
      workflowId: null,
      runId: null,
      key: null,
    }
    return { claim: null, run: null, submission: null, events: [event], target: null }
  }

  let deliveries = 0
  for (let done = 0; done < events;) {
    const count = Math.min(EVENTS_PER_COMMIT, events - done)
    const accepts = Array.from({ length: count }, (_, index) => unit(done + index))
    // A delivery is due when it was accepted: what is accepted later is due later.
    const batch = { accepts, results: [], claims: [], releases: [], now: now + dueInMs }
    const outcome = await store.work.commit(batch, DECISIONS)
    for (const accepted of outcome.accepts) {
      if (accepted.outcome !== 'accepted') throw new Error(`An event was ${accepted.outcome}.`)
      deliveries += accepted.deliveries.reduce((sum, count) => sum + count, 0)
    }
    if (outcome.accepts.length === 0) throw new Error('A commit took no event at all.')
    // A commit leaves over what is more than a step of the event loop.
    done += outcome.accepts.length
  }
  await store.close()
  return deliveries
}

function never(): never {
  throw new Error('Nothing is sent while the backlog is made.')
}
