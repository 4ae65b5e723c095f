import type { Importance } from '../../../../core/seen.ts'

export type KnownImportance = Exclude<Importance, 'unknown'>

/** A property, or several of which one is enough; the first of them names the rule. */
export type Wanted = string | readonly [string, string, ...string[]]

/** What those who read a type look for in a thing of it. */
export interface Table {
  required: readonly Wanted[]
  recommended: readonly Wanted[]
  optional: readonly Wanted[]
}

export type Family = Readonly<Record<string, Table>>
