import type { Dice } from '../dice.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

/** Something that happens now and then while a scenario runs: traffic, an owner's wish, a fault. */
export interface Action {
  name: string
  timesPerHour(scenario: Scenario): number
  /** May never resolve: what it asked may have been lost with the process that it asked. */
  perform(world: World, dice: Dice): void | Promise<void>
}
