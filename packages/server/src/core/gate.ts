import type { Clock, Timer } from './clock.ts'
import { LIMITS } from './limits.ts'
import { mayHaveAnother } from './share.ts'
import { createTally, type Tally } from './tally.ts'
import { createTurns, type Standing } from './turns.ts'

/**
 * Stands before everything that organizations share and that is bounded: threads, connections, pages, places in flight.
 *
 *   ask ──room──▶ inside ──leave──▶ whoever's turn it is
 *    ├──no room──▶ waiting ──turn──▶ inside
 *    │                └──aborted, too late, shut──▶ refused
 *    └──no room in the line──▶ refused
 *
 * Organizations take turns (turns.ts), and no one of them gets all places or the whole line (share.ts): what one does
 * costs another at most the wait for one place.
 */
export interface Gate {
  /** Resolves with a place at once or when its turn comes. Rejects with what `refuse` makes of the reason. */
  enter(asking: Asking): Promise<Place>
  /** Runs `work` with a place. */
  pass<Result>(asking: Asking, work: () => Promise<Result>): Promise<Result>
  /** Whoever waits, and whoever asks from now on, is refused. What is inside may end. */
  shut(): void
  readonly isShut: boolean
}

export interface Asking {
  organizationId: number
  /** What it asks for has a bound of its own, such as one host. */
  key?: string
  /** Ends the wait. */
  signal?: AbortSignal | undefined
  waitMsMax?: number
  /** Its caller has counted it already: there is always room for it in the line. */
  isCounted?: boolean
  /** Goes before others of its organization and key: it goes on with what it was inside for a moment ago. */
  isContinued?: boolean
}

/** The right to be inside. */
export interface Place {
  /** Safe to call twice. */
  leave(): void
}

/**
 * `full`: the line is, or the organization's part of it. `late`: it waited for as long as it would. With `key_`, its key is
 * to blame, and not all that is inside.
 */
export type Refusal = 'full' | 'key_full' | 'late' | 'key_late' | 'aborted' | 'shut'

export interface GateOptions {
  placesMax: number
  /** Inside at once with the same key, over all organizations. */
  perKeyMax?: number
  waitersMax: number
  waitersPerKeyMax?: number
  /** How many times as many places as are free one organization may have; with Infinity it leaves one. And of the line. */
  ownToFreeMax?: number
  waitersOwnToFreeMax?: number
  /** For `waitMsMax`. */
  clock?: Clock
  refuse: (why: Refusal, asking: Asking) => unknown
}

interface Waiter {
  standing: Standing
  enter(): void
  refuse(why: Refusal): void
}

export function createGate(options: GateOptions): Gate {
  const { placesMax, perKeyMax = Infinity, waitersMax, waitersPerKeyMax = Infinity, clock, refuse } = options
  const { ownToFreeMax = LIMITS.ownToFreeMax, waitersOwnToFreeMax = LIMITS.ownToFreeMax } = options
  const turns = createTurns<Waiter>()
  const inside = createTally<number>()
  const insideByKey = createTally<string>()
  const insideByBoth = createTally<string>()
  /** Waiters that the line has to have room for: of an organization, of a key, and of an organization at a key. */
  const waiting = createTally<number>()
  const waitingByKey = createTally<string>()
  const waitingByBoth = createTally<string>()
  let isShut = false

  const mayEnter = ({ organizationId, key }: Standing): boolean =>
    insideByKey.of(key) < perKeyMax && hasRoom(inside, organizationId, placesMax, ownToFreeMax)

  function start(standing: Standing): Place {
    const { organizationId, key } = standing
    inside.add(organizationId, 1)
    insideByKey.add(key, 1)
    insideByBoth.add(bothOf(standing), 1)
    let isHeld = true
    return {
      leave() {
        if (!isHeld) return
        isHeld = false
        inside.add(organizationId, -1)
        insideByKey.add(key, -1)
        insideByBoth.add(bothOf(standing), -1)
        admit()
        forget(standing)
      },
    }
  }

  function forget(standing: Standing): void {
    if (insideByBoth.of(bothOf(standing)) === 0) turns.forget(standing)
  }

  /** As many as may: with one place more free, an organization may have more of them. */
  function admit(): void {
    for (let next = turns.next(mayEnter); next !== undefined; next = turns.next(mayEnter)) next.enter()
  }

  function fullness({ organizationId, key }: Standing): Refusal | null {
    const own = waitingByBoth.of(bothOf({ organizationId, key }))
    const taken = waitingByKey.of(key)
    const atKey = { own, taken, max: waitersPerKeyMax, ownToFreeMax: waitersOwnToFreeMax }
    if (!mayHaveAnother(atKey)) return 'key_full'
    return hasRoom(waiting, organizationId, waitersMax, waitersOwnToFreeMax) ? null : 'full'
  }

  const lateness = ({ key }: Standing): Refusal => (insideByKey.of(key) < perKeyMax ? 'late' : 'key_late')

  function count(standing: Standing, change: 1 | -1): void {
    waiting.add(standing.organizationId, change)
    waitingByKey.add(standing.key, change)
    waitingByBoth.add(bothOf(standing), change)
  }

  function wait(asking: Asking, standing: Standing): Promise<Place> {
    const { signal, waitMsMax, isCounted = false, isContinued = false } = asking
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined
      const leave = (): void => {
        timer?.cancel()
        signal?.removeEventListener('abort', onAbort)
        if (!isCounted) count(standing, -1)
      }
      const waiter: Waiter = {
        standing,
        enter() {
          leave()
          resolve(start(standing))
        },
        refuse(why) {
          turns.remove(standing, waiter)
          forget(standing)
          leave()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is the caller's word
          reject(refuse(why, asking))
        },
      }
      const onAbort = (): void => waiter.refuse('aborted')
      signal?.addEventListener('abort', onAbort)
      if (waitMsMax !== undefined) timer = clock?.after(waitMsMax, () => waiter.refuse(lateness(standing)))
      turns.add(standing, waiter, isContinued ? 'first' : 'last')
      if (!isCounted) count(standing, 1)
    })
  }

  async function enter(asking: Asking): Promise<Place> {
    const standing = { organizationId: asking.organizationId, key: asking.key ?? '' }
    if (isShut) throw refuse('shut', asking)
    if (asking.signal?.aborted === true) throw refuse('aborted', asking)
    // Whoever waits where there is room has as many places as it may have.
    if (mayEnter(standing)) {
      turns.served(standing)
      return start(standing)
    }
    const full = asking.isCounted === true ? null : fullness(standing)
    if (full !== null) throw refuse(full, asking)
    return wait(asking, standing)
  }

  return {
    enter,
    async pass(asking, work) {
      const place = await enter(asking)
      try {
        return await work()
      } finally {
        place.leave()
      }
    },
    shut() {
      isShut = true
      for (const waiter of turns.clear()) waiter.refuse('shut')
    },
    get isShut() {
      return isShut
    },
  }
}

function hasRoom(tally: Tally<number>, organizationId: number, max: number, ownToFreeMax: number): boolean {
  return mayHaveAnother({ own: tally.of(organizationId), taken: tally.total, max, ownToFreeMax })
}

function bothOf({ organizationId, key }: Standing): string {
  return `${organizationId} ${key}`
}
