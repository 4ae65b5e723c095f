import type { Clock } from './clock.ts'
import { createSharedMap } from './shared-map.ts'
import { MINUTE_MS, SECOND_MS } from './time.ts'

/**
 * How long something is not judged after it overran its limit, since each overrun keeps others from the judge: twice as
 * long each time that it overruns soon after its rest, up to REST_MS_MAX.
 */
const REST_MS_MIN = 10 * SECOND_MS
const REST_MS_MAX = 10 * MINUTE_MS
/** Names that rest at once; when there are more, whoever has most of them loses its oldest. */
const RESTING_MAX = 1_000

interface Rest {
  lengthMs: number
  endsAt: number
  bodyBytesMin: number
}

/** Expressions and schemas, by name, that overran their limits a moment ago, and would again. */
export interface Resting {
  add(organizationId: number, name: string, bodyBytes: number): void
  /** Whether it rests for a body of this size. What was too much for a large body may do for a small one. */
  has(organizationId: number, name: string, bodyBytes: number): boolean
}

export function createResting(clock: Clock): Resting {
  const rests = createSharedMap<Rest>({ entriesMax: RESTING_MAX })

  function restAfter(previous: Rest | undefined, bodyBytes: number): Rest {
    const now = clock.monotonic()
    const isSoon = previous !== undefined && now < previous.endsAt + previous.lengthMs
    if (!isSoon) return { lengthMs: REST_MS_MIN, endsAt: now + REST_MS_MIN, bodyBytesMin: bodyBytes }
    const bodyBytesMin = Math.min(bodyBytes, previous.bodyBytesMin)
    // What it was asked before its rest began, and overran too, is not held against it twice.
    const isOver = previous.endsAt <= now
    const lengthMs = isOver ? Math.min(2 * previous.lengthMs, REST_MS_MAX) : previous.lengthMs
    return { lengthMs, endsAt: now + lengthMs, bodyBytesMin }
  }

  return {
    add(organizationId, name, bodyBytes) {
      rests.set(organizationId, name, restAfter(rests.get(organizationId, name), bodyBytes))
    },
    has(organizationId, name, bodyBytes) {
      const rest = rests.get(organizationId, name)
      return rest !== undefined && clock.monotonic() < rest.endsAt && bodyBytes >= rest.bodyBytesMin
    },
  }
}
