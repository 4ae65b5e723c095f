import type { Clock } from '../../core/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts'

/**
 * How long an expression is not judged after it overran, since each overrun keeps a process from everybody else's work:
 * twice as long each time that it overruns soon after its rest, up to the second.
 */
const REST_MS_MIN = 10 * SECOND_MS
const REST_MS_MAX = 10 * MINUTE_MS
/** Expressions that rest at once; the one that overran first makes room. */
const RESTING_MAX = 1_000

interface Rest {
  lengthMs: number
  endsAt: number
  bodyBytesMin: number
}

/** Expressions that overran their limits a moment ago, and would again. */
export interface Resting {
  add(expression: string, bodyBytes: number): void
  /** Whether it rests for a body of this size. What was too much for a large body may do for a small one. */
  has(expression: string, bodyBytes: number): boolean
}

export function createResting(clock: Clock): Resting {
  const rests = new Map<string, Rest>()

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
    add(expression, bodyBytes) {
      const rest = restAfter(rests.get(expression), bodyBytes)
      // A Map iterates in the order of insertion.
      rests.delete(expression)
      rests.set(expression, rest)
      for (const first of rests.keys()) {
        if (rests.size <= RESTING_MAX) break
        rests.delete(first)
      }
    },
    has(expression, bodyBytes) {
      const rest = rests.get(expression)
      return rest !== undefined && clock.monotonic() < rest.endsAt && bodyBytes >= rest.bodyBytesMin
    },
  }
}
