import { OTHER_EVENT_TYPE, prepareIngest } from '../ingest.ts'
import { conclude } from '../judge.ts'
import { reportAll, startLoad } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { percentile, waitsOf } from '../waits.ts'
import { withWorld, type World } from '../world.ts'

export const herd: Scenario = {
  name: 'herd',
  what: 'a receiver is down while thousands of its deliveries fail, then all of them are due at once',
  run: (setting) => withWorld((world) => comeBackToAll(world, setting)),
}

const DELIVERIES = { slice: 300, full: 10_000 }
/** A receiver that takes a moment, so that requests overlap if they may. */
const ANSWER_MS = 3
/** As by default; said here because it is what the receiver is to see. */
const CONCURRENCY = 10
/** Short: while the receiver is down it is probed by one attempt at a time, and so nearly all are overdue in the end. */
const RETRY_SCHEDULE = [2, 2, 2, 2, 2, 2, 2, 2]
const REPORTS_PER_SECOND = 20
/** What a webhook beside may wait at most; in the short form on a machine that is busy with other things. */
const WAIT_MS_MAX = { slice: 60_000, full: 5_000 }
const OUTAGE_MS_MAX = 600_000

async function comeBackToAll(world: World, { size, seed, random, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  await world.start({ flags: ['--webhook-concurrency', String(CONCURRENCY)] })
  await prepareIngest(await world.api())
  const steadyId = await owner.create('steady')
  await owner.create('herd', {
    events: [OTHER_EVENT_TYPE],
    retry_schedule: RETRY_SCHEDULE,
    disable_after: 0,
  })
  const failures = new Map<string, number>()
  let exhausted = 0
  receivers.behave('herd', ({ headers }) => {
    const id = headers['webhook-id'] ?? ''
    const count = (failures.get(id) ?? 0) + 1
    failures.set(id, count)
    // What goes first in an outage may use up its attempts in it.
    if (count > RETRY_SCHEDULE.length) exhausted += 1
    return { status: 503, afterMs: ANSWER_MS }
  })
  const load = startLoad(world, { perSecond: REPORTS_PER_SECOND, random })

  progress(`${DELIVERIES[size]} deliveries fail`)
  await reportAll(world, DELIVERIES[size], OTHER_EVENT_TYPE)
  await receivers.until(() => failures.size >= DELIVERIES[size], OUTAGE_MS_MAX)

  progress('the receiver is back')
  const delivered = new Set<string>()
  receivers.behave('herd', ({ headers }) => {
    delivered.add(headers['webhook-id'] ?? '')
    return { status: 200, afterMs: ANSWER_MS }
  })
  const backAt = performance.now()
  await receivers.until(() => delivered.size >= DELIVERIES[size] - exhausted, OUTAGE_MS_MAX)
  const clearedMs = performance.now() - backAt
  await load.stop()
  await nothingPending(world)
  await world.stop()

  const { violations, rows } = await conclude(world, {
    source: `herd, seed ${seed}`,
    atRest: true,
    promptWebhooks: [{ webhookId: steadyId, withinMs: WAIT_MS_MAX[size] }],
  })
  const openMax = receivers.openMax.get('herd') ?? 0
  const waits = waitsOf(world, 'steady')
  return {
    figures: {
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
      'failed in the outage': failures.size,
      'exhausted in the outage': exhausted,
      'all delivered after, ms': Math.round(clearedMs),
      'open at once, at most': openMax,
      'webhook beside, p50 ms': percentile(waits, 0.5),
      'webhook beside, p99 ms': percentile(waits, 0.99),
    },
    violations: [
      ...(openMax <= CONCURRENCY
        ? []
        : [`${openMax} requests were open at once, ${CONCURRENCY} are allowed`]),
      ...violations,
    ],
  }
}
