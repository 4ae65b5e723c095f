import type { Setting } from '../scenario.ts'
import type { AttackSteps } from './attack.ts'

/** What a scenario and the thread of its attacker say to each other. */

/** How the thread is started. */
export interface AttackerData {
  attack: string
  size: Setting['size']
  seed: number
  url: string
  key: string
  sharedOrigin: string
}

export type Step = Exclude<keyof AttackSteps, never> | 'close'

export interface Order {
  step: Step
  /** Where the server listens now. */
  url: string
}

export type Reply = { result: unknown } | { error: string }
