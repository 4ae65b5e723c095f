import { HOUR_MS } from '../../../src/core/time.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { reportAll, startLoad } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { withWorld, type World } from '../world.ts'

export const clock: Scenario = {
  name: 'clock',
  what: 'the wall clock jumps by an hour, forward and back, under load and while retries wait',
  run: (setting) => withWorld((world) => jump(world, setting)),
}

/** Where the clock stands after each jump, relative to the machine's. */
const OFFSETS = { slice: [HOUR_MS, 0], full: [HOUR_MS, 0, -HOUR_MS, 0, HOUR_MS, -HOUR_MS, 0] }
const REPORTS_PER_SECOND = 60
/** More than a lane holds in memory, so that some wait in the store. */
const OVERFLOW = 300
const ARRIVALS_BETWEEN = { slice: 100, full: 300 }
/** Nothing that is due may wait longer than until the next sweep, and a little for the machine. */
const STUCK_MS_MAX = { slice: 360_000, full: 45_000 }

async function jump(world: World, { size, seed, random, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  await world.start({ controlled: true })
  await prepareIngest(await world.api())
  const retrySchedule = [1, 1, 1, 1, 1, 1, 1, 1]
  await owner.create('steady')
  await owner.create('flaky', { retry_schedule: retrySchedule, disable_after: 0 })
  await owner.create('slow', { retry_schedule: retrySchedule, disable_after: 0 })
  receivers.behave('flaky', () => (random.fraction() < 0.3 ? 503 : 200))

  const restMs: number[] = []
  const stuck: string[] = []
  for (const clockOffsetMs of OFFSETS[size]) {
    receivers.behave('slow', () => 'hold')
    const load = startLoad(world, { perSecond: REPORTS_PER_SECOND, random })
    await reportAll(world, OVERFLOW)
    const before = receivers.arrivals.length
    await receivers.until(() => receivers.arrivals.length >= before + ARRIVALS_BETWEEN[size], 240_000)
    await world.control({ clockOffsetMs })
    await receivers.until(() => receivers.arrivals.length >= before + 2 * ARRIVALS_BETWEEN[size], 240_000)
    await load.stop()
    receivers.release('slow')
    const since = performance.now()
    const hours = clockOffsetMs / HOUR_MS
    progress(`the clock reads ${hours} h more; all that waits is to be sent`)
    try {
      await nothingPending(world, { timeoutMs: STUCK_MS_MAX[size] })
    } catch {
      stuck.push(`deliveries still wait ${STUCK_MS_MAX[size]} ms after the clock was set to ${hours} h more`)
    }
    restMs.push(Math.round(performance.now() - since))
  }
  await world.stop()

  const { violations, rows } = await concludeAtRest(world, `clock, seed ${seed}`)
  return {
    figures: {
      jumps: OFFSETS[size].length,
      'at rest after each, ms': restMs.join(' '),
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
      'requests seen': receivers.arrivals.length,
    },
    violations: [...stuck, ...violations],
  }
}
