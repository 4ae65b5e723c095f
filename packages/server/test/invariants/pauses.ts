import type { Attempt } from '../../src/core/attempt.ts'
import { DAY_MS, SECOND_MS } from '../../src/core/time.ts'
import type { Facts } from './facts.ts'
import type { ObserverMs, Settled } from './history.ts'
import { recorded } from './recorded.ts'

/** A receiver answered that it wants to be left alone, and that answer was written down. */
export interface Pause {
  webhookId: string
  /** When its sender had the answer. */
  from: ObserverMs
  forMs: number
}

/** What a 429 or 503 with a `Retry-After` in seconds asks for, a day at most; 0 when it asks for nothing. */
export function patienceMs({
  statusCode,
  retryAfterSeconds,
}: Pick<Settled, 'statusCode' | 'retryAfterSeconds'>): number {
  if (statusCode !== 429 && statusCode !== 503) return 0
  return Math.min((retryAfterSeconds ?? 0) * SECOND_MS, DAY_MS)
}

export function pausesOf(facts: Facts): Pause[] {
  return facts.rows.deliveries
    .filter(({ kind }) => kind !== 'test')
    .flatMap((delivery) =>
      recorded(facts, delivery).pairs.flatMap(({ request, attempt }): Pause[] => {
        const forMs = patienceMs({ ...attempt, retryAfterSeconds: secondsOf(attempt) })
        if (forMs === 0 || request.endedAt === null || request.answerArrived === false) return []
        return [{ webhookId: delivery.webhookId, from: request.endedAt, forMs }]
      }),
    )
}

function secondsOf({ responseHeaders }: Attempt): number | null {
  const seconds = Number(responseHeaders?.['retry-after'] ?? Number.NaN)
  return Number.isNaN(seconds) ? null : seconds
}
