import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { Run } from '../core/run.ts'
import { mayHaveAnother } from '../core/share.ts'
import { createTally, type Tally } from '../core/tally.ts'

/** The runs that the schedule started and that have not ended yet: a bound on what it puts before the validators. */
export interface Following {
  /** Runs that may still be started. */
  readonly places: number
  /** Of each organization as many as it may have beside what is under way. */
  withinShares<Row extends Pick<Run, 'organizationId'>>(rows: readonly Row[]): Row[]
  /** Organizations that may have no more. */
  readonly full: readonly number[]
  follow(run: Run): void
  stop(): void
}

export interface FollowingParts {
  hasEnded: (run: Run) => Promise<boolean>
  clock: Clock
  onError: (error: unknown, doing: string) => void
  /** A run has ended, and before there was no place left, for anybody or for some organization. */
  onPlace: () => void
}

export function createFollowing({ hasEnded, clock, onError, onPlace }: FollowingParts): Following {
  const underWay = new Set<string>()
  const organizations = createTally<number>()
  const rests = new Map<string, Timer>()
  let stopped = false

  const places = (): number => Math.max(0, LIMITS.monitorRunsMax - underWay.size)

  function mayStart(organizationId: number, more: Tally<number>): boolean {
    const { monitorRunsMax: max, ownToFreeMax } = LIMITS
    const own = organizations.of(organizationId) + more.of(organizationId)
    return mayHaveAnother({ own, taken: underWay.size + more.total, max, ownToFreeMax })
  }

  function full(): number[] {
    const none = createTally<number>()
    return [...organizations.names()].filter((organizationId) => !mayStart(organizationId, none))
  }

  async function ask(run: Run): Promise<void> {
    const isOver = await hasEnded(run).catch((error: unknown) => {
      if (!stopped) onError(error, `waiting for the end of run ${run.id}`)
      return false
    })
    if (stopped) return
    if (isOver) {
      const wasFull = places() === 0 || full().length > 0
      underWay.delete(run.id)
      organizations.add(run.organizationId, -1)
      if (wasFull) onPlace()
      return
    }
    const again = (): void => {
      rests.delete(run.id)
      void ask(run)
    }
    rests.set(run.id, clock.after(LIMITS.monitorFollowRestMs, again))
  }

  return {
    get places() {
      return places()
    },
    withinShares(rows) {
      const more = createTally<number>()
      return rows.filter(({ organizationId }) => {
        if (!mayStart(organizationId, more)) return false
        more.add(organizationId, 1)
        return true
      })
    },
    get full() {
      return full()
    },
    follow(run) {
      if (underWay.has(run.id) || stopped) return
      underWay.add(run.id)
      organizations.add(run.organizationId, 1)
      void ask(run)
    },
    stop() {
      stopped = true
      for (const timer of rests.values()) timer.cancel()
      rests.clear()
    },
  }
}
