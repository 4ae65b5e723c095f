import type { Random } from '../../../src/core/random.ts'
import { checkpointOf, isCutShort } from '../checkpoint.ts'
import { EVENT_TYPE, prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { answerSlowly, MOMENT_MS_MAX, NAMED_KILLS, RANDOM_KILL, type Kill } from '../kills.ts'
import { startLoad, type Load } from '../load.ts'
import { createOwner, type Owner } from '../owner.ts'
import type { Arm } from '../preload/words.ts'
import { cutPower } from '../power-cut.ts'
import { comeToRest } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { within } from '../within.ts'
import { withWorld, type World } from '../world.ts'

export const kills: Scenario = {
  name: 'kills',
  what: 'kill -9 at random and at named moments under load, again and again on one data directory',
  run: (setting) => withWorld((world) => storm(world, setting)),
}

export const powerCuts: Scenario = {
  name: 'power-cuts',
  what: 'the same, and each time what was not forced to the disk is gone',
  run: (setting) => withWorld((world) => storm(world, setting, CUTS)),
}

/** How often the named moments come, and how many kills at no named one come on top. */
const ROUNDS = { slice: { named: 0.5, random: 2 }, full: { named: 5, random: 30 } }
const CUTS = { slice: { named: 0.2, random: 2 }, full: { named: 1, random: 30 } }
const REPORTS_PER_SECOND = { slice: 40, full: 80 }
/** What the last server had not sent is sent before the next is killed: else a few deliveries would be cut off each time. */
const ARRIVALS_FIRST = { slice: 60, full: 150 }

async function storm(world: World, setting: Setting, cuts: typeof CUTS | null = null): Promise<Outcome> {
  const { size, seed, random, progress } = setting
  const owner = createOwner(world)
  await world.start()
  await prepareIngest(await world.api())
  await createWebhooks(world, owner, random)
  const load = startLoad(world, { perSecond: REPORTS_PER_SECOND[size], isMixed: true, random })
  const busy = keepOwnerBusy(world, owner)
  await world.stop()

  const plan = planOf((cuts ?? ROUNDS)[size], random)
  const unmet: string[] = []
  let checkpointsCut = 0
  let framesLost = 0
  for (const [index, kill] of plan.entries()) {
    if (index % 10 === 0) progress(`kill ${index + 1} of ${plan.length}; ${load.answered} reports answered`)
    try {
      if (await killOnce(world, kill, load, setting, cuts !== null)) checkpointsCut += 1
      if (cuts !== null) framesLost += cutPower(world.dataDir, random)
    } catch (error) {
      unmet.push(`the moment "${kill.name}" was not met: ${String(error)}`)
      await world.kill()
    }
  }

  progress('coming to rest')
  await world.start()
  for (const name of ['flaky', 'breaking', 'slow', 'strict']) world.receivers.release(name)
  // In this order: the owner waits for what the load makes arrive.
  await busy.stop()
  await load.stop()
  await owner.enable('strict', 'send')
  const waitedFor = await comeToRest(world)
  const { violations, rows, judged } = await concludeAtRest(world, `kills, seed ${seed}`)
  return {
    figures: {
      kills: plan.length,
      'at named moments': plan.filter((kill) => kill !== RANDOM_KILL).length,
      'checkpoints cut short': checkpointsCut,
      ...(cuts !== null && { 'frames lost with the power': framesLost }),
      'reports answered': load.answered,
      'answers lost': world.facts.ingests.filter(({ status }) => status === null).length,
      'changes of webhooks': world.facts.changes.length,
      deliveries: rows.deliveries.length,
      attempts: rows.attempts.length,
      'of unknown outcome': rows.attempts.filter(({ outcome }) => outcome === 'unknown').length,
      'requests seen': world.receivers.arrivals.length,
      'at rest': waitedFor,
      ...judged,
    },
    violations: [...unmet, ...violations],
  }
}

async function createWebhooks({ receivers }: World, owner: Owner, random: Random): Promise<void> {
  const patient = { retry_schedule: Array.from({ length: 12 }, () => 1), disable_after: 0 }
  for (const name of ['steady-1', 'steady-2', 'steady-3']) {
    await owner.create(name, { events: [EVENT_TYPE, 'run.completed', 'validation.failed'] })
  }
  for (const name of ['flaky', 'breaking', 'toggled']) await owner.create(name, patient)
  await owner.create('slow', { ...patient, events: ['run.succeeded'] })
  await owner.create('strict', { retry_schedule: [0, 0], disable_after: 5 })
  receivers.behave('flaky', () => (random.fraction() < 0.2 ? 503 : 200))
  receivers.behave('breaking', () => (random.fraction() < 0.2 ? 'reset' : 200))
  receivers.behave('strict', () => (random.fraction() < 0.9 ? 500 : 200))
  receivers.behave('slow', answerSlowly)
}

/** Stops and starts webhooks, and makes one and deletes it, again and again. */
function keepOwnerBusy(world: World, owner: Owner): { stop(): Promise<void> } {
  let stopped = false
  async function work(): Promise<void> {
    for (let round = 1; !stopped; round++) {
      const passing = `passing-${round}`
      await owner.create(passing, { retry_schedule: [1, 1, 1, 1, 1, 1], disable_after: 0 })
      await world.receivers.next((name) => name === passing)
      await owner.disable('toggled')
      await world.receivers.next((name) => name === passing)
      await owner.enable('toggled', round % 4 === 0 ? 'drop' : 'send')
      await owner.enable('strict', 'send')
      await owner.remove(passing)
      await world.receivers.next((name) => name === 'toggled')
    }
  }
  const ended = work()
  // Whoever stops it hears of it.
  ended.catch(() => undefined)
  return {
    stop() {
      stopped = true
      return ended
    },
  }
}

function planOf(rounds: { named: number; random: number }, random: Random): Kill[] {
  const named = Array.from({ length: Math.ceil(rounds.named) }, () => NAMED_KILLS).flat()
  const chosen = shuffled(named, random).slice(0, Math.ceil(NAMED_KILLS.length * rounds.named))
  return shuffled([...chosen, ...Array.from({ length: rounds.random }, () => RANDOM_KILL)], random)
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, place: random.fraction() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item)
}

/**
 * One life of a server, from its start to its death; answers whether that cut a checkpoint short. Rejects when the moment
 * does not come.
 */
async function killOnce(
  world: World,
  { moment }: Kill,
  load: Load,
  { size, random }: Setting,
  isWatched: boolean,
): Promise<boolean> {
  const watched = isWatched ? { watchedDisk: { dataDir: world.dataDir } } : {}
  if (moment.kind === 'at start') {
    await killedBy(world.launch({ ...watched, killPoint: moment.point }).ended)
    return false
  }
  const killPoint = moment.kind === 'under load' ? { killPoint: moment.point(random) } : {}
  const server = await world.start({ ...watched, ...killPoint })
  const before = checkpointOf(world.dataDir)
  if (moment.kind === 'under load') {
    const arm: Arm = { arm: true }
    await server.tell(arm)
    await killedBy(server.ended)
  } else {
    const { receivers } = world
    const first = receivers.arrivals.length + ARRIVALS_FIRST[size]
    await receivers.until(() => receivers.arrivals.length >= first, MOMENT_MS_MAX)
    await within(moment.see({ world, server, load }, random), MOMENT_MS_MAX)
    await server.end('SIGKILL')
  }
  return isCutShort(before, checkpointOf(world.dataDir))
}

async function killedBy(ended: Promise<{ signal: NodeJS.Signals | null }>): Promise<void> {
  const { signal } = await within(ended, MOMENT_MS_MAX)
  if (signal !== 'SIGKILL') throw new Error(`the server ended with ${String(signal)}`)
}
