import { prepareIngest } from '../ingest.ts'
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
/** What a webhook beside may wait at most, all of it on a machine that may be busy with other things. */
const WAIT_MS_MAX = 5_000
const OUTAGE_MS_MAX = 180_000

async function comeBackToAll(world: World, { size, seed, random, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  await world.start({ flags: ['--webhook-concurrency', String(CONCURRENCY)] })
  await prepareIngest(await world.api())
  const steadyId = await owner.create('steady')
  await owner.create('herd', { retry_schedule: RETRY_SCHEDULE, disable_after: 0 })
  const failed = new Set<string>()
  receivers.behave('herd', ({ headers }) => {
    failed.add(headers['webhook-id'] ?? '')
    return { status: 503, afterMs: ANSWER_MS }
  })

  progress(`${DELIVERIES[size]} deliveries fail`)
  await reportAll(world, DELIVERIES[size])
  await receivers.until(() => failed.size >= DELIVERIES[size], OUTAGE_MS_MAX)

  progress('the receiver is back')
  receivers.behave('herd', () => ({ status: 200, afterMs: ANSWER_MS }))
  const backAt = performance.now()
  const arrivedBefore = receivers.arrivals.length
  const load = startLoad(world, { perSecond: REPORTS_PER_SECOND, random })
  const delivered = DELIVERIES[size]
  const before = receivers.count('herd')
  await receivers.until(() => receivers.count('herd') >= before + delivered, OUTAGE_MS_MAX)
  const clearedMs = performance.now() - backAt
  await load.stop()
  await nothingPending(world)
  await world.stop()

  const { violations, rows } = await conclude(world, {
    source: `herd, seed ${seed}`,
    atRest: true,
    promptWebhooks: [{ webhookId: steadyId, withinMs: WAIT_MS_MAX }],
  })
  const openMax = receivers.openMax.get('herd') ?? 0
  const waits = waitsOf(world, 'steady', arrivedBefore)
  return {
    figures: {
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
      'failed in the outage': failed.size,
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
