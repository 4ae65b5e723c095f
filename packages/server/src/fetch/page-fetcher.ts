import type { Clock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { Guard } from '../guard/guard.ts'
import { createPageGate, STOPPING } from './page-gate.ts'
import { fetchPage } from './page-trip.ts'
import type { FetchedPage, FetchFailure, PageFailure } from './page.ts'

/** Fetches pages that submissions name by URL, past the guard and within bounds of time and size. */
export interface PageFetcher {
  /**
   * Never rejects: whatever a server or the network does is a failure with one of the codes of page-errors.ts. Ends soon
   * after `signal` is aborted, with `cancelled`.
   */
  fetch(organizationId: number, url: string, signal?: AbortSignal): Promise<FetchedPage | FetchFailure>
  /** Ends what is under way and turns away what waits, with `server_stopping`. Safe to call twice. */
  close(): void
}

export interface PageFetcherOptions {
  guard: Guard
  clock: Clock
  /** Of this release. */
  version: string
  /** Where the operator of a site can learn who asks. */
  aboutUrl: () => string
  /** Of one fetch, in which waiting for a turn does not count. */
  deadlineMs?: number
  /** How long one may wait for its turns. */
  waitMsMax?: number
}

export function createPageFetcher({
  guard,
  clock,
  version,
  aboutUrl,
  deadlineMs = LIMITS.pageDeadlineMs,
  waitMsMax = LIMITS.pageWaitMsMax,
}: PageFetcherOptions): PageFetcher {
  const gate = createPageGate(clock)
  const underWay = new Set<(failure: PageFailure) => void>()

  return {
    fetch: (organizationId, url, signal) =>
      fetchPage(
        {
          guard,
          clock,
          gate,
          underWay,
          // A token that rules for robots can name, and a place to ask.
          userAgent: `Sealpost/${version} (+${aboutUrl()}; page check)`,
          deadlineMs,
          waitMsMax,
        },
        { organizationId, url, signal },
      ),
    close() {
      gate.shut()
      for (const giveUp of underWay) giveUp(STOPPING)
    },
  }
}
