import { acceptInBulk } from '../bulk.ts'
import { prepareIngest } from '../ingest.ts'
import { concludeAtRest } from '../judge.ts'
import { createOwner, type Owner } from '../owner.ts'
import type { KillPoint } from '../preload/words.ts'
import { nothingWaits } from '../rest.ts'
import type { Outcome, Scenario, Setting } from '../scenario.ts'
import { within } from '../within.ts'
import { withWorld, type World } from '../world.ts'

export const moves: Scenario = {
  name: 'moves',
  what: 'kill -9 while a webhook with a large backlog is disabled, enabled, or deleted',
  run: (setting) => withWorld((world) => moveAndKill(world, setting)),
}

const DELIVERIES = { slice: 2_500, full: 20_000 }
/** The first slice of a move is made with the change itself, the others after its answer. */
const MOVE = 'UPDATE deliveries SET state = \\?, due_at'
const HALF_WAY: KillPoint = { sql: MOVE, at: 'statement', count: 300 }
const NOT_COMMITTED: KillPoint = { sql: MOVE, at: 'before commit', count: 1 }
const COMMITTED: KillPoint = { sql: MOVE, at: 'after commit', count: 1 }
const POINTS: Record<Setting['size'], readonly KillPoint[]> = {
  slice: [COMMITTED, HALF_WAY],
  full: [HALF_WAY, NOT_COMMITTED, COMMITTED, HALF_WAY, COMMITTED],
}
const POINT_MS_MAX = 160_000

/** In this order. Each is asked for until it is answered: a request that a kill cut off is made again. */
const CHANGES: readonly { name: string; make: (owner: Owner, webhook: string) => Promise<void> }[] = [
  { name: 'disable', make: (owner, webhook) => owner.disable(webhook) },
  { name: 'enable and send', make: (owner, webhook) => owner.enable(webhook, 'send') },
  { name: 'disable again', make: (owner, webhook) => owner.disable(webhook) },
  { name: 'enable and drop', make: (owner, webhook) => owner.enable(webhook, 'drop') },
]
const CHANGES_MADE = { slice: 2, full: CHANGES.length }

async function moveAndKill(world: World, { size, seed, progress }: Setting): Promise<Outcome> {
  const owner = createOwner(world)
  await world.start()
  await prepareIngest(await world.api())
  for (const name of ['moved', 'deleted']) {
    await owner.create(name, { retry_schedule: [1], disable_after: 0 })
    world.receivers.behave(name, () => 'hold')
  }
  await world.stop()
  await acceptInBulk(world, DELIVERIES[size], 2)

  const violations: string[] = []
  let kills = 0
  async function cutOff(
    name: string,
    make: () => Promise<void>,
    points: readonly KillPoint[],
  ): Promise<void> {
    progress(`${name}, ${points.length} kills`)
    let made: Promise<void> | null = null
    for (const killPoint of points) {
      const { ended } = world.launch({ killPoint })
      made ??= make()
      const { signal } = await within(ended, POINT_MS_MAX).catch(() => ({ signal: null }))
      if (signal === 'SIGKILL') kills += 1
      else violations.push(`${name}: ${killPoint.sql} (${killPoint.at}) was not reached`)
      await world.kill()
    }
    // What was cut off goes on here; the receivers keep their senders waiting, so that no stop would be quick.
    await world.start()
    await made
    await world.kill()
  }
  for (const { name, make } of CHANGES.slice(0, CHANGES_MADE[size])) {
    await cutOff(name, () => make(owner, 'moved'), POINTS[size])
  }
  await cutOff('delete', () => owner.remove('deleted'), POINTS[size])

  world.receivers.release('moved')
  await world.start()
  await nothingWaits(world)
  await world.stop()
  const conclusion = await concludeAtRest(world, `moves, seed ${seed}`)
  return {
    figures: { kills, deliveries: conclusion.rows.deliveries.length },
    violations: [...violations, ...conclusion.violations],
  }
}
