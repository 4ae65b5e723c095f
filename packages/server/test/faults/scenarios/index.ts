import { scenarioOf } from '../attacks/scenario-of.ts'
import type { Scenario } from '../scenario.ts'
import { ATTACKS } from './attacks/index.ts'
import { clock } from './clock.ts'
import { descriptors } from './descriptors.ts'
import { drain } from './drain.ts'
import { firstStart } from './first-start.ts'
import { fullDatabase } from './full-disk.ts'
import { fullTmpfs } from './full-tmpfs.ts'
import { herd } from './herd.ts'
import { kills, powerCuts } from './kills.ts'
import { moves } from './moves.ts'
import { pendingAtStart } from './pending-at-start.ts'
import { retention } from './retention.ts'
import { secondWriter } from './second-writer.ts'
import { zoo } from './zoo.ts'

/** The fault matrix, in the order in which it is run. */
export const SCENARIOS: readonly Scenario[] = [
  kills,
  powerCuts,
  firstStart,
  moves,
  retention,
  drain,
  fullDatabase,
  fullTmpfs,
  secondWriter,
  clock,
  descriptors,
  zoo,
  herd,
  pendingAtStart,
  ...ATTACKS.map(scenarioOf),
]
