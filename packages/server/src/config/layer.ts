import type { RawValue } from './kinds.ts'
import type { Settings } from './settings.ts'

/** Where a value came from. */
export type Origin =
  | { from: 'default' }
  /** `place` is `path:line`. */
  | { from: 'file'; place: string }
  /** `path` is the file that the `_FILE` form of the variable names. */
  | { from: 'environment'; variable: string; path: string | null }
  | { from: 'flag'; flag: string }

/** A setting that cannot be used: where it stands, and a sentence that says what would be right. */
export interface SettingProblem {
  place: string
  message: string
}

/** What one source says, before it is read as numbers and durations. */
export interface Layer {
  values: Map<keyof Settings, { raw: RawValue; origin: Origin }>
  problems: SettingProblem[]
}

export function emptyLayer(): Layer {
  return { values: new Map(), problems: [] }
}

/** For people: `default`, `sealpost.yaml:3`, `SEALPOST_PORT`, `--port`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.from) {
    case 'default':
      return 'default'
    case 'file':
      return origin.place
    case 'environment':
      return origin.path === null ? origin.variable : `${origin.variable} (${origin.path})`
    case 'flag':
      return origin.flag
  }
}
