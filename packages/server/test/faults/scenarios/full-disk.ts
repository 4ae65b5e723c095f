import type { ApiClient } from '../../support/api-client.ts'
import { eventually } from '../../support/eventually.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { ACCEPTED, reportAll, reportOnce, type Answered } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { withWorld, type World } from '../world.ts'

/** Something that can be filled to the last byte, and emptied. */
export interface Disk {
  fill(): Promise<void>
  free(): Promise<void>
}

/** The way that works everywhere: SQLite is told that the database may take no further page. */
export const fullDatabase: Scenario = {
  name: 'full-database',
  what: 'the database can take no page more while requests are in flight, then it can again',
  run: (setting) =>
    withWorld((world) => {
      const fill = (): Promise<void> => world.control({ databaseFull: true })
      const free = (): Promise<void> => world.control({ databaseFull: false })
      return fillAndFree(world, { fill, free }, setting)
    }),
}

/** Requests that a full disk is to refuse before it has space again. */
const REFUSALS = { slice: 20, full: 500 }
const REPORTS_BEFORE = 50
/** Reports that may still fit into pages that are there. */
const REPORTS_THAT_FIT_MAX = 5_000
/** What a webhook that has acknowledged nothing yet may have in flight (dispatch/pacing.ts). */
const IN_FLIGHT = 2

/** Nothing is half done while there is no space, nothing in flight is forgotten, and no restart is needed after. */
export async function fillAndFree(
  world: World,
  disk: Disk,
  { size, seed, progress }: Setting,
): Promise<Outcome> {
  const { receivers, facts } = world
  const owner = createOwner(world)
  await world.start({ controlled: true })
  const api = await world.api()
  await prepareIngest(api)
  await owner.create('steady', { retry_schedule: [] })
  await owner.create('hanging', { retry_schedule: [] })
  receivers.behave('hanging', () => 'hold')
  await reportAll(world, REPORTS_BEFORE)
  await receivers.until(() => receivers.count('hanging') >= IN_FLIGHT, 120_000)

  progress('filling')
  const storeWorks = facts.storeRefuses()
  await disk.fill()
  const refused = await reportUntilRefused(world, REFUSALS[size])
  const wrong = await wrongAnswers(api, refused)
  const readiness = await api.call('GET', '/readyz')
  // These requests have been made: what came of them must not be lost, though it cannot be written now.
  receivers.release('hanging')
  await receivers.until(() => receivers.count('hanging') >= IN_FLIGHT, 120_000)
  refused.push(...(await reportUntilRefused(world, REFUSALS[size])))

  await disk.free()
  const freedAt = performance.now()
  await eventually(
    () => api.call('GET', '/readyz'),
    ({ status }) => status === 200,
  )
  storeWorks()
  await nothingPending(world)
  const atRestMs = performance.now() - freedAt

  progress('repeating what was refused')
  const repeated: Answered[] = []
  for (const { report } of refused) repeated.push(await reportOnce(world, report))
  await nothingPending(world)
  await world.stop()

  const { violations, rows } = await concludeAtRest(world, `full disk, seed ${seed}`)
  const accepted = facts.ingests.filter(({ status }) => status === ACCEPTED).length
  return {
    figures: {
      'reports accepted': accepted,
      'refused with 507': refused.length,
      // A probe writes one page, for which there may be room where there is none for a report.
      '/readyz meanwhile': readiness.status,
      'at rest after space returned, ms': Math.round(atRestMs),
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
    },
    violations: [
      ...wrong,
      ...repeated
        .filter(({ status }) => status !== ACCEPTED)
        .map(({ status }) => `a refused report was answered ${String(status)} when it was repeated`),
      ...(rows.deliveries.length === 2 * accepted ? [] : ['a refused report was done in part']),
      ...(rows.attempts.length === rows.deliveries.length ? [] : ['a delivery was sent twice']),
    ].concat(violations),
  }
}

async function wrongAnswers(api: ApiClient, refused: readonly Answered[]): Promise<string[]> {
  const wrong = refused
    .filter(({ status, code }) => status !== 507 || code !== 'store_full')
    .map(({ status, code }) => `a report to a full disk was answered ${String(status)} ${String(code)}`)
  const read = await api.call('GET', '/api/v1/deliveries?limit=1')
  if (read.status !== 200) wrong.push(`a list was answered ${read.status} while the disk was full`)
  return wrong
}

/** Reports until so many were refused, and answers those. */
async function reportUntilRefused(world: World, count: number): Promise<Answered[]> {
  const refused: Answered[] = []
  for (let made = 0; refused.length < count; made++) {
    if (made > REPORTS_THAT_FIT_MAX) throw new Error(`${made} reports fit on a disk without space`)
    const answered = await reportOnce(world)
    if (answered.status !== ACCEPTED) refused.push(answered)
  }
  return refused
}
