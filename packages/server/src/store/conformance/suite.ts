import { afterEach, beforeEach, describe } from 'vitest'
import type { EngineOptions } from '../options.ts'
import { describeAlerts } from './alerts.ts'
import { describeEventTypes } from './event-types.ts'
import { describeIdempotency } from './idempotency.ts'
import { describeKeys } from './keys.ts'
import { describeLists } from './lists.ts'
import { describeMonitors } from './monitors.ts'
import { describeOwners } from './owners.ts'
import { describeReplay } from './replay.ts'
import { describeReplayHistories } from './replay-histories.ts'
import { describeResend } from './resend.ts'
import { describeRetention } from './retention.ts'
import { describeRuns } from './runs.ts'
import { describeTenants } from './tenants.ts'
import { describeWebhooks } from './webhooks.ts'
import { describeWorkAccept } from './work-accept.ts'
import { describeWorkAnnounce } from './work-announce.ts'
import { describeWorkClaim } from './work-claim.ts'
import { describeWorkMoves } from './work-moves.ts'
import { describeMoveHistories } from './work-move-histories.ts'
import { describeWorkOrders } from './work-orders.ts'
import { describeOrderHistories } from './work-order-histories.ts'
import { describeWorkRecover } from './work-recover.ts'
import { describeWorkSettle } from './work-settle.ts'
import { describeWorkSettleWebhooks } from './work-settle-webhooks.ts'
import { describeWorkFanouts } from './work-fanouts.ts'
import { createWorld } from './world.ts'
import type { Open, Subject, World } from './world.ts'

const SUBJECTS: readonly Subject[] = [
  describeWorkAccept,
  describeWorkSettle,
  describeWorkSettleWebhooks,
  describeWorkClaim,
  describeWorkRecover,
  describeWorkAnnounce,
  describeWorkMoves,
  describeMoveHistories,
  describeWorkOrders,
  describeOrderHistories,
  describeIdempotency,
  describeWebhooks,
  describeLists,
  describeTenants,
  describeKeys,
  describeEventTypes,
  describeResend,
  describeReplay,
  describeReplayHistories,
  describeRetention,
  describeOwners,
  describeMonitors,
  describeRuns,
  describeAlerts,
]

/** With an engine that makes few deliveries in the commit of their event, and commits little at once. */
const IN_SLICES: readonly Subject[] = [describeWorkFanouts, describeMoveHistories, describeOrderHistories]
const SMALL_STEPS = { deliveriesAtOnceMax: 3, stepRowsMax: 40 }

/** What every storage engine must do. Each test has a store of its own. */
export function describeStore(name: string, open: Open): void {
  describe(name, () => describeOn(open, SUBJECTS))
  describe(`${name}, in small steps`, () => describeOn(open, IN_SLICES, SMALL_STEPS))
}

function describeOn(open: Open, subjects: readonly Subject[], options: Partial<EngineOptions> = {}): void {
  let world: Awaited<ReturnType<typeof createWorld>> | null = null

  beforeEach(async () => {
    world = await createWorld(open, options)
  })
  afterEach(async () => {
    await world?.cleanUp()
    world = null
  })

  function the(): World {
    if (world === null) throw new Error('the world is there only while a test runs')
    return world
  }

  for (const describeSubject of subjects) describeSubject(the)
}
