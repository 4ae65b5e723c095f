import { afterEach, beforeEach, describe } from 'vitest'
import { describeIdempotency } from './idempotency.ts'
import { describeKeys } from './keys.ts'
import { describeLists } from './lists.ts'
import { describeOwners } from './owners.ts'
import { describeRetention } from './retention.ts'
import { describeRuns } from './runs.ts'
import { describeTenants } from './tenants.ts'
import { describeWebhooks } from './webhooks.ts'
import { describeWorkAccept } from './work-accept.ts'
import { describeWorkClaim } from './work-claim.ts'
import { describeWorkRecover } from './work-recover.ts'
import { describeWorkSettle } from './work-settle.ts'
import { createWorld } from './world.ts'
import type { Open, Subject, World } from './world.ts'

const SUBJECTS: readonly Subject[] = [
  describeWorkAccept,
  describeWorkSettle,
  describeWorkClaim,
  describeWorkRecover,
  describeIdempotency,
  describeWebhooks,
  describeLists,
  describeTenants,
  describeKeys,
  describeRetention,
  describeOwners,
  describeRuns,
]

/** What every storage engine must do. Each test has a store of its own. */
export function describeStore(name: string, open: Open): void {
  describe(name, () => {
    let world: Awaited<ReturnType<typeof createWorld>> | null = null

    beforeEach(async () => {
      world = await createWorld(open)
    })
    afterEach(async () => {
      await world?.cleanUp()
      world = null
    })

    function the(): World {
      if (world === null) throw new Error('the world is there only while a test runs')
      return world
    }

    for (const describeSubject of SUBJECTS) describeSubject(the)
  })
}
