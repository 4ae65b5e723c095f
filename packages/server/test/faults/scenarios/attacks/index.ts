import type { Attack } from '../../attacks/attack.ts'
import { backlog } from './backlog.ts'
import { burningJudges } from './burning-judges.ts'
import { drips } from './drips.ts'
import { fanOut } from './fan-out.ts'
import { feedback } from './feedback.ts'
import { flood } from './flood.ts'
import { keptOpen } from './kept-open.ts'
import { sharedOrigin } from './shared-origin.ts'

/** What one tenant may do to another, in the order in which it is run. */
export const ATTACKS: readonly Attack[] = [
  sharedOrigin,
  fanOut,
  feedback,
  burningJudges,
  keptOpen,
  backlog,
  drips,
  flood,
]
