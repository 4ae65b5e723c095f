import { EVENT_TYPE, prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { startLoad } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { withWorld, type World } from '../world.ts'

export const drain: Scenario = {
  name: 'drain',
  what: 'SIGTERM again and again in the middle of a load: every stop is orderly, and nothing is sent twice',
  run: (setting) => withWorld((world) => stopAndStart(world, setting)),
}

const STOPS = { slice: 3, full: 12 }
const REPORTS_PER_SECOND = 100
const ARRIVALS_MAX = 400
/** Every receiver answers at once, and so nothing has to be waited for. */
const STOP_MS_MAX = { slice: 80_000, full: 10_000 }

async function stopAndStart(world: World, { size, seed, random, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  await world.start()
  await prepareIngest(await world.api())
  for (const name of ['steady-1', 'steady-2']) {
    await owner.create(name, { events: [EVENT_TYPE, 'run.completed', 'run.failed'] })
  }
  await owner.create('flaky', { retry_schedule: [1, 1, 1, 1, 1, 1, 1, 1], disable_after: 0 })
  receivers.behave('flaky', () => (random.fraction() < 0.2 ? 503 : 200))

  const load = startLoad(world, { perSecond: REPORTS_PER_SECOND, isMixed: true, random })
  let slowestMs = 0
  for (let stop = 1; stop <= STOPS[size]; stop++) {
    progress(`stop ${stop} of ${STOPS[size]}`)
    const wanted = receivers.arrivals.length + Math.ceil(random.fraction() * ARRIVALS_MAX)
    await receivers.until(() => receivers.arrivals.length >= wanted, 240_000)
    const askedAt = performance.now()
    await world.stop()
    slowestMs = Math.max(slowestMs, performance.now() - askedAt)
    await world.start()
  }
  await load.stop()
  await nothingPending(world)
  await world.stop()

  const { violations, rows } = await concludeAtRest(world, `drain, seed ${seed}`)
  const unknown = rows.attempts.filter(({ outcome }) => outcome === 'unknown').length
  return {
    figures: {
      stops: STOPS[size],
      'slowest stop, ms': Math.round(slowestMs),
      'reports answered': load.answered,
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
      'requests seen': receivers.arrivals.length,
    },
    violations: [
      ...(slowestMs <= STOP_MS_MAX[size] ? [] : [`a stop took ${Math.round(slowestMs)} ms`]),
      ...(unknown === 0 ? [] : [`${unknown} attempts are unknown after orderly stops`]),
      ...(rows.attempts.length === receivers.arrivals.length
        ? []
        : [`${rows.attempts.length} attempts are recorded, ${receivers.arrivals.length} requests were seen`]),
      ...violations,
    ],
  }
}
