import { LIMITS } from '../core/limits.ts'
import type { Telling } from '../core/telling.ts'
import { HOUR_MS } from '../core/time.ts'

/**
 * When somebody is told of a state that turns to and fro. The first turn is told at once. Then a window begins in which
 * nothing is told; when it ends, the state is told if it differs from what was told last, so that no lie remains.
 *
 * News travel by attempts to webhooks, which may make those turn, of which there would be news again, without end. So an
 * attempt that carries news never causes any at once. What it turned is told when a window ends; but after
 * `unpromptedTellingsMax` times only when something else happened. So what one event causes is bounded.
 */
export interface Told<State extends string> {
  /** Tell the state now. */
  tells: boolean
  telling: Telling<State>
}

/** What an attempt made of it, or several at once. */
export interface Turned<State extends string> {
  state: State
  /** All that was carried were such news. */
  byNewsOnly: boolean
  now: number
  /** When the organization was told of anything within the last hour, oldest first. Asked only before telling. */
  toldTimes: () => readonly number[]
}

export function afterAttempts<State extends string>(
  before: Telling<State>,
  { state, byNewsOnly, now, toldTimes }: Turned<State>,
): Told<State> {
  const unprompted = byNewsOnly ? before.unprompted : 0
  const telling = unprompted === before.unprompted ? before : { ...before, unprompted }
  if (state === telling.state) return { tells: false, telling: withDueAt(telling, null) }
  if (!byNewsOnly) return tellWhenAllowed(telling, state, now, toldTimes())
  if (unprompted >= LIMITS.unpromptedTellingsMax) return { tells: false, telling: withDueAt(telling, null) }
  const isWindow = telling.windowEndsAt !== null && telling.windowEndsAt > now
  const dueAt = isWindow ? telling.windowEndsAt : now + LIMITS.tellingWindowMsMin
  return { tells: false, telling: withDueAt(telling, telling.dueAt ?? dueAt) }
}

/** What was put off until `dueAt` is due. */
export function whenDue<State extends string>(
  before: Telling<State>,
  turned: Omit<Turned<State>, 'byNewsOnly'>,
): Told<State> {
  const { tells, telling } = whenAllowed(before, turned)
  return { tells, telling: tells ? { ...telling, unprompted: before.unprompted + 1 } : telling }
}

/** Of what no news can make turn: told now, or when the window ends. */
export function whenAllowed<State extends string>(
  before: Telling<State>,
  { state, now, toldTimes }: Omit<Turned<State>, 'byNewsOnly'>,
): Told<State> {
  if (state === before.state) return { tells: false, telling: withDueAt(before, null) }
  return tellWhenAllowed(before, state, now, toldTimes())
}

/** Told by another way, whatever the window: there is nothing left to tell. */
export function toldAnyway<State extends string>(before: Telling<State>, state: State): Telling<State> {
  return { ...before, state, dueAt: null }
}

function tellWhenAllowed<State extends string>(
  before: Telling<State>,
  state: State,
  now: number,
  toldTimes: readonly number[],
): Told<State> {
  // So many of the last hour's must be older than that first.
  const hindering = toldTimes.at(-LIMITS.tellingsPerHourMax)
  const allowedAt = Math.max(before.windowEndsAt ?? 0, hindering === undefined ? 0 : hindering + HOUR_MS)
  if (allowedAt > now) return { tells: false, telling: withDueAt(before, allowedAt) }
  const windowMs = nextWindowMs(before, now)
  const telling = { ...before, state, windowMs, windowEndsAt: now + windowMs, dueAt: null }
  return { tells: true, telling }
}

function nextWindowMs({ windowMs, windowEndsAt }: Telling<string>, now: number): number {
  const { tellingWindowMsMin, tellingWindowMsMax, tellingQuietMs } = LIMITS
  const isQuiet = windowEndsAt === null || now - windowEndsAt >= tellingQuietMs
  return isQuiet ? tellingWindowMsMin : Math.min(windowMs * 2, tellingWindowMsMax)
}

function withDueAt<State extends string>(before: Telling<State>, dueAt: number | null): Telling<State> {
  return before.dueAt === dueAt ? before : { ...before, dueAt }
}
