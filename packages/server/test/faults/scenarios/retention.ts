import { HOUR_MS } from '../../../src/core/time.ts'
import type { Removal, Rows } from '../../invariants/history.ts'
import { readRows, withStore } from '../collect.ts'
import { OTHER_EVENT_TYPE, prepareIngest } from '../ingest.ts'
import { conclude } from '../judge.ts'
import { MOMENT_MS_MAX } from '../kills.ts'
import { reportAll } from '../load.ts'
import { createOwner } from '../owner.ts'
import type { KillPoint } from '../preload/words.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { eventually } from '../../support/eventually.ts'
import { within } from '../within.ts'
import { withWorld, type StartOptions, type World } from '../world.ts'

export const retention: Scenario = {
  name: 'retention',
  what: 'kill -9 while old work is removed: what waits stays, what was held for too long is given up, and what stays is whole',
  run: (setting) => withWorld((world) => sweepAndKill(world, setting)),
}

const REPORTS = { slice: 300, full: 2_000 }
const DELETE_ATTEMPTS = 'DELETE FROM attempts'
const DELETE_EVENTS = 'DELETE FROM events'
const POINTS: Record<Setting['size'], readonly KillPoint[]> = {
  slice: [{ sql: DELETE_ATTEMPTS, at: 'statement', count: 150 }],
  full: [
    { sql: DELETE_ATTEMPTS, at: 'statement', count: 150 },
    { sql: DELETE_ATTEMPTS, at: 'before commit', count: 2 },
    { sql: DELETE_ATTEMPTS, at: 'after commit', count: 3 },
    { sql: DELETE_EVENTS, at: 'statement', count: 2 },
    { sql: DELETE_ATTEMPTS, at: 'before commit', count: 1 },
    { sql: DELETE_ATTEMPTS, at: 'after commit', count: 1 },
  ],
}
/** The work of before is two hours old, a minute is kept, and the first sweep comes after half a second, not ten. */
const SWEEPING: StartOptions = {
  flags: ['--retention', '1m'],
  clockOffsetMs: 2 * HOUR_MS,
  hurry: '10000/20',
}
const RETENTION_MS = 60_000
const UNHEARD = 10

async function sweepAndKill(world: World, { size, seed, progress }: Setting): Promise<Outcome> {
  await makeWork(world, REPORTS[size])
  const before = await rowsOf(world)

  const violations: string[] = []
  for (const killPoint of POINTS[size]) {
    progress(`${killPoint.sql} (${killPoint.at}, ${killPoint.count})`)
    const { ended } = await world.start({ ...SWEEPING, killPoint })
    const isReached = await within(ended, MOMENT_MS_MAX).then(
      ({ signal }) => signal === 'SIGKILL',
      () => false,
    )
    if (isReached) continue
    violations.push(`${killPoint.sql} (${killPoint.at}) was not reached`)
    await world.kill()
  }
  await world.start(SWEEPING)
  const api = await world.api()
  await eventually(
    () => api.get<{ data: unknown[] }>('/api/v1/deliveries?state=delivered&limit=1'),
    ({ data }) => data.length === 0,
    60_000,
  )
  await world.stop()

  const after = await rowsOf(world)
  const removal: Removal = {
    at: Date.now(),
    before: Date.now() + 2 * HOUR_MS - RETENTION_MS,
    rows: without(
      { ...before, deliveries: before.deliveries.filter(({ state }) => state !== 'held') },
      after,
    ),
  }
  const { violations: broken, rows } = await conclude(world, {
    source: `retention, seed ${seed}`,
    atRest: false,
    removals: [removal],
    heldKeptMs: RETENTION_MS,
  })
  const unfinished = (all: Rows): number => all.deliveries.filter(({ state }) => state === 'pending').length
  const held = (all: Rows): number => all.deliveries.filter(({ state }) => state === 'held').length
  return {
    figures: {
      kills: POINTS[size].length,
      'deliveries removed': removal.rows.deliveries.length,
      'unfinished before': unfinished(before),
      'unfinished after': unfinished(rows),
    },
    violations: [
      ...violations,
      ...(unfinished(before) === unfinished(rows) ? [] : ['unfinished work was removed']),
      ...(removal.rows.deliveries.length === before.deliveries.length - unfinished(before) - held(before)
        ? []
        : ['not all that is finished and old was removed']),
      ...(held(rows) === 0 ? [] : ['not all that was held for too long was given up']),
      ...broken,
    ],
  }
}

/** Of each report one delivery is delivered, one waits for a retry tomorrow, and one is held. */
async function makeWork(world: World, reports: number): Promise<void> {
  const owner = createOwner(world)
  await world.start()
  await prepareIngest(await world.api())
  await owner.create('steady')
  await owner.create('failing', { retry_schedule: [24 * 3_600], disable_after: 0 })
  await owner.create('stopped')
  await owner.disable('stopped')
  world.receivers.behave('failing', () => 503)
  await reportAll(world, reports)
  // Nobody hears these: the sweep takes them as soon as it comes to events.
  await reportAll(world, UNHEARD, OTHER_EVENT_TYPE)
  await world.receivers.until(() => world.receivers.arrivals.length >= 2 * reports, 480_000)
  await world.stop()
}

function rowsOf(world: World): Promise<Rows> {
  return withStore(world.dataDir, (store) => readRows(store, world.facts.webhooks.values()))
}

function without(all: Rows, some: Rows): Removal['rows'] {
  const events = new Set(some.events.map(({ id }) => id))
  const deliveries = new Set(some.deliveries.map(({ id }) => id))
  return {
    events: all.events.filter(({ id }) => !events.has(id)),
    deliveries: all.deliveries.filter(({ id }) => !deliveries.has(id)),
    attempts: all.attempts.filter(({ deliveryId }) => !deliveries.has(deliveryId)),
  }
}
