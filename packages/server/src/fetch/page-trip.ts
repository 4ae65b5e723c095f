import type { Clock } from '../core/clock.ts'
import type { Gate, Place } from '../core/gate.ts'
import { LIMITS } from '../core/limits.ts'
import type { Guard } from '../guard/guard.ts'
import { withoutRootDot } from '../guard/names.ts'
import { classify } from '../net/classify.ts'
import { shown } from '../net/words.ts'
import { PAGE_SERVER } from './page-bounds.ts'
import { CANCELLED, TurnError } from './page-gate.ts'
import { startPageExchange, type PageExchangeAnswer, type PageExchangeParts } from './page-exchange.ts'
import type { FetchedPage, FetchFailure, PageFailure } from './page.ts'
import { redirectTarget } from './redirect.ts'

export interface TripParts extends Omit<PageExchangeParts, 'open'> {
  guard: Guard
  clock: Clock
  gate: Gate
  /** What ends each exchange that is under way. */
  underWay: Set<(failure: PageFailure) => void>
  waitMsMax: number
}

/** What is wanted. */
export interface WantedPage {
  organizationId: number
  url: string
  /** Aborted when nobody wants the page any more. */
  signal: AbortSignal | undefined
}

/** How far one fetch has come. */
interface Trip extends WantedPage {
  redirects: number
  workedMs: number
  waitedMs: number
  /** At the host of `url`. */
  turn: { host: string; place: Place } | null
}

/**
 * The whole way to a page: each redirect is checked like a first URL, and takes its turn at the host it leads to. Time
 * is counted over all of it, waiting apart from working. Never rejects.
 */
export async function fetchPage(parts: TripParts, wanted: WantedPage): Promise<FetchedPage | FetchFailure> {
  const trip: Trip = { ...wanted, redirects: 0, workedMs: 0, waitedMs: 0, turn: null }
  try {
    return await follow(parts, trip)
  } catch (error) {
    return failure(trip, null, refusalOf(error, parts.deadlineMs))
  } finally {
    trip.turn?.place.leave()
  }
}

async function follow(parts: TripParts, trip: Trip): Promise<FetchedPage | FetchFailure> {
  for (;;) {
    const url = parts.guard.checkUrl(trip.url)
    trip.url = url.href
    await takeTurn(parts, trip, withoutRootDot(url.hostname))
    const answer = await ask(parts, trip, url)
    if (answer.kind === 'page') {
      const { status, contentType, content } = answer
      const { redirects } = trip
      return {
        ok: true,
        url: url.href,
        status,
        contentType,
        content,
        durationMs: durationOf(trip),
        redirects,
      }
    }
    if (answer.kind === 'failed') return failure(trip, answer.status, answer)
    const target = redirectTarget(answer.location, url)
    if (target === null) return failure(trip, answer.status, invalidRedirect(answer))
    if (trip.redirects === LIMITS.pageRedirectsMax) return failure(trip, answer.status, TOO_MANY_REDIRECTS)
    trip.url = target
    trip.redirects += 1
  }
}

/** The turn at one host is given back before the next is waited for: two fetches must not wait for each other. */
async function takeTurn({ clock, gate, waitMsMax }: TripParts, trip: Trip, host: string): Promise<void> {
  if (trip.turn?.host === host && !gate.isShut) return
  trip.turn?.place.leave()
  trip.turn = null
  const { organizationId, signal } = trip
  const startedAt = clock.monotonic()
  const asking = { organizationId, key: host, signal, waitMsMax: waitMsMax - trip.waitedMs }
  trip.turn = { host, place: await gate.enter(asking) }
  trip.waitedMs += clock.monotonic() - startedAt
}

async function ask(parts: TripParts, trip: Trip, url: URL): Promise<PageExchangeAnswer> {
  const { clock, guard, underWay, deadlineMs } = parts
  const { signal } = trip
  if (signal?.aborted === true) throw new TurnError(CANCELLED)
  const startedAt = clock.monotonic()
  const remainingMs = Math.max(0, deadlineMs - trip.workedMs)
  const { promise, resolve } = Promise.withResolvers<PageExchangeAnswer>()
  const giveUp = startPageExchange({ ...parts, open: guard.open }, url, remainingMs, resolve)
  const onAbort = (): void => giveUp(CANCELLED)
  underWay.add(giveUp)
  signal?.addEventListener('abort', onAbort)
  const answer = await promise
  underWay.delete(giveUp)
  signal?.removeEventListener('abort', onAbort)
  trip.workedMs += clock.monotonic() - startedAt
  return answer
}

const TOO_MANY_REDIRECTS: PageFailure = {
  code: 'too_many_redirects',
  message: `After ${LIMITS.pageRedirectsMax} redirects there was still no page. They may lead in a circle.`,
}

function invalidRedirect({ status, location }: { status: number; location: string | null }): PageFailure {
  const message =
    location === null
      ? `The server answered with a redirect status (${status}) and did not name one address.`
      : `The server redirects to "${shown(location)}" (${status}), which is not a URL.`
  return { code: 'redirect_invalid', message }
}

function refusalOf(error: unknown, deadlineMs: number): PageFailure {
  if (error instanceof TurnError) return error.failure
  return classify(error, {
    ...PAGE_SERVER,
    host: '',
    stage: 'resolving',
    address: null,
    connectMs: null,
    deadlineMs,
  })
}

function failure(trip: Trip, status: number | null, { code, message }: PageFailure): FetchFailure {
  const led = trip.redirects === 0 ? '' : `The page redirects to ${shown(trip.url)}. `
  return { ok: false, code, message: led + message, status, url: trip.url, durationMs: durationOf(trip) }
}

function durationOf({ workedMs }: Trip): number {
  return Math.round(workedMs)
}
