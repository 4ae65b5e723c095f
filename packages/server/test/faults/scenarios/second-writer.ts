import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sealpost } from '../../support/server-process.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { ACCEPTED, reportAll, reportOnce, type Answered } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { withWorld, type World } from '../world.ts'

export const secondWriter: Scenario = {
  name: 'second-writer',
  what: 'another process holds a write transaction on the database, shortly and for longer than a commit waits',
  run: (setting) => withWorld((world) => writeBeside(world, setting)),
}

/** What a webhook that has acknowledged nothing yet may have in flight (dispatch/pacing.ts). */
const IN_FLIGHT = 2
/** A commit waits for the lock for 5 s (store/sqlite/open-database.ts): well within that. */
const SHORT_MS = 300
const REPORTS = 8

async function writeBeside(world: World, { size, seed, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  await world.start()
  await prepareIngest(await world.api())
  await owner.create('steady', { retry_schedule: [] })
  await owner.create('hanging', { retry_schedule: [] })
  receivers.behave('hanging', () => 'hold')
  await reportAll(world, IN_FLIGHT)
  await receivers.until(() => receivers.count('hanging') >= IN_FLIGHT, 120_000)

  progress('a short write')
  const waited = await writeShortly(world)
  if (size === 'full') progress('a long write')
  const long = size === 'full' ? await writeForLong(world) : null
  receivers.release('hanging')
  const second = await sealpost(['serve', '--port', '0', '--data-dir', world.dataDir])
  await nothingPending(world)

  const repeated: Answered[] = []
  for (const { report } of long?.refused ?? []) repeated.push(await reportOnce(world, report))
  await nothingPending(world)
  await world.stop()
  const { violations, rows } = await concludeAtRest(world, `second writer, seed ${seed}`)
  return {
    figures: {
      'answered after a short wait': waited.filter(({ status }) => status === ACCEPTED).length,
      ...long?.figures,
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
    },
    violations: [
      ...unlike(waited, ACCEPTED, null),
      ...unlike(long?.refused ?? [], 503, 'store_unavailable'),
      ...unlike(repeated, ACCEPTED, null),
      ...(second.code === 1 && second.stderr.includes('Another server uses the data directory')
        ? []
        : [`a second server ended with ${String(second.code)}: ${second.stderr}`]),
      ...(rows.attempts.length === rows.deliveries.length ? [] : ['a delivery was sent twice']),
      ...violations,
    ],
  }
}

/** Whoever asks meanwhile waits and is answered. */
async function writeShortly(world: World): Promise<Answered[]> {
  const lock = await holdWriteLock(world.dataDir)
  const asked = Array.from({ length: REPORTS }, () => reportOnce(world))
  setTimeout(() => lock.letGo(), SHORT_MS)
  return Promise.all(asked)
}

/** Whoever asks meanwhile is refused, and what receivers answer meanwhile is written afterwards. */
async function writeForLong(world: World): Promise<{ refused: Answered[]; figures: Outcome['figures'] }> {
  const api = await world.api()
  const lock = await holdWriteLock(world.dataDir)
  const storeWorks = world.facts.storeRefuses()
  world.receivers.release('hanging')
  const askedAt = performance.now()
  const sinceMs = (): number => Math.round(performance.now() - askedAt)
  const refusing = Promise.all(Array.from({ length: REPORTS }, () => reportOnce(world)))
  await api.get('/healthz')
  const standstillMs = sinceMs()
  const refused = await refusing
  const refusedMs = sinceMs()
  lock.letGo()
  storeWorks()
  const figures = {
    'refused with 503': refused.length,
    'refused after, ms': refusedMs,
    '/healthz waited meanwhile, ms': standstillMs,
  }
  return { refused, figures }
}

function unlike(answers: readonly Answered[], status: number, code: string | null): string[] {
  return answers
    .filter((answer) => answer.status !== status || answer.code !== code)
    .map(
      (answer) =>
        `answered ${String(answer.status)} ${String(answer.code)} and not ${status} ${String(code)}`,
    )
}

/** Another program, such as a backup gone wrong, that has begun to write and does not end. */
const HOLDER = `
  const { DatabaseSync } = require('node:sqlite')
  const database = new DatabaseSync(process.argv[1], { timeout: 10000 })
  database.exec('BEGIN IMMEDIATE')
  process.stdout.write('held')
  process.stdin.on('end', () => database.exec('ROLLBACK')).resume()
`

async function holdWriteLock(dataDir: string): Promise<{ letGo(): void }> {
  const holder = spawn(process.execPath, ['-e', HOLDER, join(dataDir, 'sealpost.db')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  return { letGo: () => holder.stdin.end() }
}
