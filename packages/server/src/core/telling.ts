/**
 * What people were told of something whose state turns to and fro, and when they may be told again. Kept with the thing
 * itself, so that a restart neither repeats nor forgets anything. watch/damping.ts decides on it.
 */
export interface Telling<State extends string> {
  /** What was told last; of what was never told, how it began. */
  state: State
  /** After each telling comes a window in which nothing is told: how long it is, and when it ends, milliseconds. */
  windowMs: number
  windowEndsAt: number | null
  /** When the state is to be told if it differs from `state` by then, milliseconds; null when there is nothing to tell. */
  dueAt: number | null
  /** How often it was told at the end of a window since an attempt last carried anything but news of webhooks. */
  unprompted: number
}

export function nothingTold<State extends string>(state: State): Telling<State> {
  return { state, windowMs: 0, windowEndsAt: null, dueAt: null, unprompted: 0 }
}
