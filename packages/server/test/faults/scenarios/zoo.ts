import type { Rows } from '../../invariants/history.ts'
import { OTHER_EVENT_TYPE, prepareIngest } from '../ingest.ts'
import { conclude } from '../judge.ts'
import { reportAll, startLoad } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { percentile, waitsOf } from '../waits.ts'
import { withWorld, type World } from '../world.ts'
import { openZoo, type Animal, type Zoo } from '../zoo.ts'

export const zoo: Scenario = {
  name: 'zoo',
  what: 'receivers and name servers that break every rule, beside healthy ones that are served all the while',
  run: (setting) =>
    withWorld(async (world) => {
      const animals = await openZoo()
      try {
        return await visit(world, animals, setting)
      } finally {
        await animals.close()
      }
    }),
}

/** Deliveries to each animal: more than are in flight at once. */
const REPORTS = { slice: 4, full: 6 }
/** In the slice the deadline of 30 s comes 10 times as soon; everything shorter is as it is. */
const HURRY = '10000/10'
const REPORTS_PER_SECOND = 30
const WAIT_MS_MAX = { slice: 60_000, full: 5_000 }
const VISIT_MS_MAX = 600_000

async function visit(
  world: World,
  { animals, nameServer }: Zoo,
  { size, seed, random, progress }: Setting,
): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  await world.start({ flags: ['--dns-servers', nameServer], ...(size === 'slice' && { hurry: HURRY }) })
  await prepareIngest(await world.api())
  for (const { name, reaction, url } of animals) {
    const ownUrl = await receivers.open(name)
    if (reaction !== undefined) receivers.behave(name, () => reaction)
    const settings = { events: [OTHER_EVENT_TYPE], retry_schedule: [], disable_after: 0 }
    await owner.create(name, { ...settings, url: url?.(ownUrl) ?? ownUrl })
  }
  progress(`${animals.length} receivers that misbehave`)
  await reportAll(world, REPORTS[size], OTHER_EVENT_TYPE)
  const healthy = [await owner.create('steady-1'), await owner.create('steady-2')]
  const load = startLoad(world, { perSecond: REPORTS_PER_SECOND, random })
  for (const { name } of animals) await nothingPending(world, { name, timeoutMs: VISIT_MS_MAX })
  await load.stop()
  await nothingPending(world)
  await world.stop()

  const { violations, rows } = await conclude(world, {
    source: `zoo, seed ${seed}`,
    atRest: true,
    promptWebhooks: healthy.map((webhookId) => ({ webhookId, withinMs: WAIT_MS_MAX[size] })),
  })
  const waits = [...waitsOf(world, 'steady-1'), ...waitsOf(world, 'steady-2')].sort(
    (left, right) => left - right,
  )
  return {
    figures: {
      'misbehaving receivers': animals.length,
      deliveries: rows.deliveries.length,
      'to those beside': waits.length,
      'their wait, p50 ms': percentile(waits, 0.5),
      'their wait, p99 ms': percentile(waits, 0.99),
    },
    violations: [...animals.flatMap((animal) => wrongCodes(world, animal, rows)), ...violations],
  }
}

function wrongCodes({ facts }: World, { name, recorded }: Animal, rows: Rows): string[] {
  const id = facts.webhooks.get(name)?.id
  const own = new Set(
    rows.deliveries.filter(({ webhookId }) => webhookId === id).map((delivery) => delivery.id),
  )
  const attempts = rows.attempts.filter(({ deliveryId }) => own.has(deliveryId))
  const found = new Set(attempts.map(({ error }) => error?.code ?? 'delivered'))
  if (found.size === recorded.length && recorded.every((code) => found.has(code))) return []
  return [`"${name}" is recorded as ${[...found].join(', ')}, and not as ${recorded.join(', ')}`]
}
