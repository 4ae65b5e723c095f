import type { Clock, Timer } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import type { Run } from '../core/run.ts'

/** The runs that the schedule started and that have not ended yet: a bound on what it puts before the validators. */
export interface Following {
  /** Runs that may still be started. */
  readonly places: number
  /** And of one organization. */
  placesOf(organizationId: number): number
  /** Organizations that have none left. */
  readonly full: readonly number[]
  follow(run: Run): void
  stop(): void
}

export interface FollowingParts {
  hasEnded: (run: Run) => Promise<boolean>
  clock: Clock
  onError: (error: unknown, doing: string) => void
  /** A run has ended, and before there was no place left, for anybody or for its organization. */
  onPlace: () => void
}

export function createFollowing({ hasEnded, clock, onError, onPlace }: FollowingParts): Following {
  /** The organization of each. */
  const underWay = new Map<string, number>()
  const rests = new Map<string, Timer>()
  let stopped = false

  const places = (): number => Math.max(0, LIMITS.monitorRunsMax - underWay.size)

  function placesOf(organizationId: number): number {
    let own = 0
    for (const one of underWay.values()) if (one === organizationId) own += 1
    return Math.max(0, LIMITS.monitorRunsPerOrganizationMax - own)
  }

  async function ask(run: Run): Promise<void> {
    const isOver = await hasEnded(run).catch((error: unknown) => {
      if (!stopped) onError(error, `waiting for the end of run ${run.id}`)
      return false
    })
    if (stopped) return
    if (isOver) {
      const wasFull = places() === 0 || placesOf(run.organizationId) === 0
      underWay.delete(run.id)
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
    placesOf,
    get full() {
      return [...new Set(underWay.values())].filter((organizationId) => placesOf(organizationId) === 0)
    },
    follow(run) {
      if (underWay.has(run.id) || stopped) return
      underWay.set(run.id, run.organizationId)
      void ask(run)
    },
    stop() {
      stopped = true
      for (const timer of rests.values()) timer.cancel()
      rests.clear()
    },
  }
}
