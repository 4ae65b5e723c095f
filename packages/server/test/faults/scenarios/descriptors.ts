import { takeDescriptors } from '../../support/descriptors.ts'
import { eventually } from '../../support/eventually.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { reportOnce } from '../load.ts'
import { createOwner } from '../owner.ts'
import { nothingPending } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { withWorld, type World } from '../world.ts'

export const descriptors: Scenario = {
  name: 'descriptors',
  what: 'the server has no file descriptors left while events for 60 healthy webhooks come in, again and again',
  run: (setting) => withWorld((world) => runOut(world, setting)),
}

/** More than the server has open when it does nothing, and fewer than are taken from it. */
const DESCRIPTORS_MAX = 110
const WEBHOOKS = 60
const ROUNDS = { slice: 1, full: 5 }
const EVENTS = 3
/** What one round may take: a minute's wait at most, and a machine that is busy. */
const ROUND_MS_MAX = 120_000

interface Ready {
  status: string
  warnings: { code: string }[]
}

async function runOut(world: World, { size, seed, progress }: Setting): Promise<Outcome> {
  const { receivers } = world
  const owner = createOwner(world)
  const server = await world.start({ descriptorsMax: DESCRIPTORS_MAX })
  const api = await world.api()
  await prepareIngest(api)
  const names = Array.from({ length: WEBHOOKS }, (_, index) => `healthy-${index}`)
  // The first failure that counts disables one.
  for (const name of names) await owner.create(name, { retry_schedule: [], disable_after: 1 })

  const violations: string[] = []
  const heldMs: number[] = []
  for (let round = 1; round <= ROUNDS[size]; round++) {
    progress(`round ${round}: no descriptors`)
    const giveBack = await takeDescriptors(server.url, DESCRIPTORS_MAX)
    for (let count = 0; count < EVENTS; count++) await reportOnce(world)
    const ready = await eventually(
      () => api.get<Ready>('/readyz'),
      ({ warnings }) => warnings.length > 0,
    )
    if (ready.warnings[0]?.code !== 'out_of_descriptors') {
      violations.push(`/readyz warns of ${String(ready.warnings[0]?.code)} instead of out_of_descriptors`)
    }
    const before = receivers.arrivals.length
    giveBack()
    const since = performance.now()
    await receivers.until(() => receivers.arrivals.length > before, ROUND_MS_MAX)
    await nothingPending(world, { timeoutMs: ROUND_MS_MAX })
    heldMs.push(Math.round(performance.now() - since))
  }
  await world.stop()

  const { violations: broken, rows } = await concludeAtRest(world, `descriptors, seed ${seed}`)
  const harmed = rows.webhooks.filter(({ status, failureCount }) => status !== 'active' || failureCount > 0)
  const unsent = rows.attempts.filter(({ error }) => error?.code === 'not_sent')
  return {
    figures: {
      webhooks: rows.webhooks.length,
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
      'not sent, with repeats': unsent.reduce((sum, { repeats }) => sum + 1 + repeats, 0),
      'not sent, rows': unsent.length,
      'all delivered after, ms': heldMs.join(' '),
      'webhooks disabled or charged': harmed.length,
    },
    violations: [
      ...harmed.map(({ id, status, failureCount }) => `${id} is ${status} with ${failureCount} failures`),
      ...(unsent.length === 0 ? ['nothing ran into the want of descriptors'] : []),
      ...violations,
      ...broken,
    ],
  }
}
