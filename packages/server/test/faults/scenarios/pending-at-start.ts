import { existsSync, readFileSync } from 'node:fs'
import { acceptInBulk } from '../bulk.ts'
import { withStore } from '../collect.ts'
import { ORGANIZATION_ID } from '../facts.ts'
import { prepareIngest } from '../ingest.ts'
import { ACCEPTED, startLoad } from '../load.ts'
import { createOwner } from '../owner.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { withWorld, type World } from '../world.ts'

export const pendingAtStart: Scenario = {
  name: 'pending-at-start',
  what: 'a server starts on a store in which a great many deliveries are pending, is killed, starts again, and stops',
  run: (setting) => withWorld((world) => startOnBacklog(world, setting)),
}

const SIZES = {
  slice: { webhooks: 10, events: 2_000, arrivals: 2_000 },
  full: { webhooks: 100, events: 10_000, arrivals: 30_000 },
}
const REPORTS_PER_SECOND = 10
const START_MS_MAX = 60_000
const ARRIVALS_MS_MAX = 120_000
/** Generous: what is asked for is that memory does not grow with the backlog. */
const MEMORY_MB_MAX = 600

async function startOnBacklog(world: World, { size, random, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const { webhooks, events, arrivals } = SIZES[size]
  const pending = webhooks * events
  const owner = createOwner(world)
  await world.start()
  await prepareIngest(await world.api())
  for (let index = 1; index <= webhooks; index++) await owner.create(`receiver-${index}`)
  await world.stop()
  progress(`making ${pending} deliveries`)
  await acceptInBulk(world, events, webhooks)

  progress('starting')
  const spawnedAt = performance.now()
  const first = receivers.next()
  const server = await world.start({ startMsMax: START_MS_MAX })
  const listeningMs = performance.now() - spawnedAt
  const firstMs = await first.then(() => performance.now() - spawnedAt - listeningMs)
  const load = startLoad(world, { perSecond: REPORTS_PER_SECOND, random })
  await receivers.until(() => receivers.arrivals.length >= arrivals, ARRIVALS_MS_MAX)
  const sendingMs = performance.now() - spawnedAt - listeningMs - firstMs
  const memoryMb = memoryPeakMb(server.pid)
  await world.kill()

  progress('starting again after a kill')
  await world.start({ startMsMax: START_MS_MAX })
  const seen = receivers.arrivals.length
  await receivers.until(() => receivers.arrivals.length >= seen + arrivals / 10, ARRIVALS_MS_MAX)
  await load.stop()
  await world.stop()
  progress('counting')
  const counted = await count(world)
  const accepted = world.facts.ingests.filter(({ status }) => status === ACCEPTED).length
  return {
    figures: {
      pending,
      'listening after, ms': Math.round(listeningMs),
      'first delivery after listening, ms': Math.round(firstMs),
      'deliveries/s': Math.round((arrivals / sendingMs) * 1_000),
      'peak memory, MB': memoryMb ?? 'unknown on this system',
      delivered: counted.delivered,
    },
    violations: [
      ...counted.violations,
      ...(counted.all === pending + webhooks * accepted
        ? []
        : [
            `${counted.all} deliveries are there of ${pending} and ${webhooks} for each of ${accepted} reports`,
          ]),
      ...(memoryMb === null || memoryMb <= MEMORY_MB_MAX ? [] : [`the server took ${memoryMb} MB`]),
    ],
  }
}

/** Most memory the process ever held, where the kernel tells. */
function memoryPeakMb(pid: number): number | null {
  const path = `/proc/${pid}/status`
  if (!existsSync(path)) return null
  const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1]
  return kib === undefined ? null : Math.round(Number(kib) / 1024)
}

/** Holds every delivery against what the receivers saw, page by page: a million rows are not kept in memory. */
async function count(world: World): Promise<{ all: number; delivered: number; violations: string[] }> {
  const seen = new Map<string, number>()
  for (const { name, headers } of world.receivers.arrivals) {
    const key = `${headers['webhook-id'] ?? ''} ${world.facts.webhooks.get(name)?.id ?? ''}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  const violations: string[] = []
  let all = 0
  let delivered = 0
  await withStore(world.dataDir, async ({ deliveries }) => {
    let before: string | null = null
    do {
      const page = await deliveries.list(ORGANIZATION_ID, {}, { limit: 5_000, before })
      for (const { id, eventId, webhookId, state, leasedAt, attemptCount } of page.rows) {
        const requests = seen.get(`${eventId} ${webhookId}`) ?? 0
        all += 1
        if (state === 'delivered') delivered += 1
        if (leasedAt !== null) violations.push(`${id} is leased though the server stopped in order`)
        if (state === 'delivered' && requests === 0) violations.push(`${id} is delivered and was not seen`)
        if (requests > attemptCount) violations.push(`${id} was seen more often than it is recorded`)
        if (state === 'pending' && requests > 1) violations.push(`${id} was seen twice and is still pending`)
      }
      before = page.next
    } while (before !== null)
  })
  return { all, delivered, violations: violations.slice(0, 10) }
}
