import type { Random } from '../../src/core/random.ts'

/**
 * One fault, done to the real server. `slice` is short enough for every change of the code; `full` is what a release is
 * judged by.
 */
export interface Scenario {
  name: string
  /** What happens and what must hold, in one sentence. */
  what: string
  run(setting: Setting): Promise<Outcome>
}

export interface Setting {
  size: 'slice' | 'full'
  seed: number
  /** Repeats with the seed. What the operating system does with time does not. */
  random: Random
  /** For whoever waits. */
  progress: (text: string) => void
}

export interface Outcome {
  /** What was counted and measured, in the order in which it is shown. */
  figures: Record<string, number | string>
  /** What should have held and did not, a sentence each; empty when all is well. */
  violations: string[]
  /** Why it was not run, or not all of it; null when it was. */
  skipped?: string
}
