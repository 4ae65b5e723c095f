import type { Machine } from './lib/machine.ts'
import type { Tools } from './load/tools.ts'
import type { Checks } from './report/checks.ts'
import type { Row } from './report/result.ts'
import type { Scale } from './scale.ts'

/** What a section is given. */
export interface Bench {
  scale: Scale
  machine: Machine
  tools: Tools
  checks: Checks
  /** Says on the terminal what runs just now. */
  progress: (doing: string) => void
}

/** One question that the benchmark answers, in a file of sections/. */
export interface Section {
  /** For `--only`. */
  name: string
  title: string
  /** About how long it takes. */
  seconds(scale: Scale, machine: Machine): number
  run(bench: Bench): Promise<Row[]>
}
