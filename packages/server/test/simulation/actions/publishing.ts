import { HOUR_MS, SECOND_MS } from '../../../src/core/time.ts'
import type { Dice } from '../dice.ts'
import { compose, publish, type Publication } from '../traffic.ts'
import type { World } from '../world.ts'
import type { Action } from './action.ts'

/** Events one by one, all day long. */
export const trickle: Action = {
  name: 'trickle',
  timesPerHour: (scenario) => scenario.eventsPerHour,
  async perform(world, dice) {
    const key = dice.chance(0.3) ? dice.bytes(6).toString('hex') : null
    const publication = compose(
      dice.pick(world.tenants),
      dice.chance(0.1) ? dice.integer(2, 5) : 1,
      key,
      dice,
    )
    if (key !== null) repeat(world, publication, dice)
    await publish(world, publication)
  },
}

/** Producers repeat a request whose answer they did not get, at once or much later; some misuse a key. */
function repeat(world: World, publication: Publication, dice: Dice): void {
  while (dice.chance(0.4)) {
    const again = dice.chance(0.15)
      ? compose(publication.tenant, 1, publication.idempotencyKey, dice)
      : publication
    const afterMs = dice.chance(0.5) ? dice.between(0, SECOND_MS) : dice.between(0, 2 * HOUR_MS)
    world.clock.after(Math.round(afterMs), () => void publish(world, again))
  }
}

/** Many at once. */
export const burst: Action = {
  name: 'burst',
  timesPerHour: (scenario) => scenario.burstsPerHour,
  async perform(world, dice) {
    const tenant = dice.pick(world.tenants)
    const requests = Array.from({ length: dice.integer(5, 50) }, () =>
      compose(tenant, dice.chance(0.2) ? dice.integer(2, 10) : 1, null, dice),
    )
    await Promise.all(requests.map((publication) => publish(world, publication)))
  },
}
