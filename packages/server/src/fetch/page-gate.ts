import type { Clock } from '../core/clock.ts'
import { createGate, type Gate, type Refusal } from '../core/gate.ts'
import { LIMITS } from '../core/limits.ts'
import type { PageFailure } from './page.ts'

/** The page's turn did not come. */
export class TurnError extends Error {
  override readonly name = 'TurnError'
  readonly failure: PageFailure

  constructor(failure: PageFailure) {
    super(failure.message)
    this.failure = failure
  }
}

export const STOPPING: PageFailure = {
  code: 'server_stopping',
  message: 'This server was told to stop before the page had arrived.',
}

export const CANCELLED: PageFailure = {
  code: 'cancelled',
  message: 'The run was cancelled before the page had arrived.',
}

/**
 * What every fetch of a page passes, with the host as its key: a check must be no burden to a site, nor one site or one
 * organization a burden to the fetches of others. Rejects with a TurnError.
 */
export function createPageGate(clock: Clock): Gate {
  return createGate({
    clock,
    placesMax: LIMITS.pageFetchesMax,
    perKeyMax: LIMITS.pageFetchesPerHostMax,
    waitersMax: LIMITS.pageWaitersMax,
    waitersPerKeyMax: LIMITS.pageWaitersPerHostMax,
    refuse: (why, { key = '' }) => new TurnError(failureOf(why, key)),
  })
}

function failureOf(why: Refusal, host: string): PageFailure {
  switch (why) {
    case 'key_full':
    case 'key_late':
      return {
        code: 'host_busy',
        message: `Other pages of ${host} are being fetched, one at a time. Try again later.`,
      }
    case 'full':
    case 'late':
      return {
        code: 'fetches_busy',
        message: 'This server is fetching as many pages as it may. Try again later.',
      }
    case 'aborted':
      return CANCELLED
    case 'shut':
      return STOPPING
  }
}
