import type { Attempt } from '../../src/core/attempt.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { Facts } from './facts.ts'
import type { SeenRequest } from './history.ts'

/** The requests a receiver had of one event beside the attempts that are recorded, also of what was sent again. */
export interface Recorded {
  pairs: { request: SeenRequest; attempt: Attempt }[]
  /** The other request of an attempt that says it was sent twice: the one whose answer did not come back. */
  lost: { request: SeenRequest; attempt: Attempt }[]
  /** Requests that no attempt with a known outcome tells of. */
  leftOver: SeenRequest[]
  /** Attempts with an outcome of the receiver's making that it had no request for. */
  unseen: Attempt[]
}

/**
 * An attempt's row keeps the `webhook-timestamp` that was sent: it tells which request belongs to which attempt. Where
 * several fall into one second, those that agree in the answer as well belong together.
 */
export function recorded(facts: Facts, delivery: Pick<Delivery, 'webhookId' | 'eventId'>): Recorded {
  const known = facts.attemptsOfAll(delivery).filter((attempt) => attempt.outcome !== 'unknown')
  const open = known.filter(({ sends }) => sends !== 0)
  const twice = known.filter(({ sends }) => sends === 2)
  const pairs: Recorded['pairs'] = []
  const lost: Recorded['lost'] = []

  const unlike = pairUp(facts.requestsOf(delivery), open, pairs, (request, attempt) => {
    return isOfTheSecond(request, attempt) && attempt.statusCode === (request.answer?.status ?? null)
  })
  const second = pairUp(unlike, open, pairs, isOfTheSecond)
  const leftOver = pairUp(second, twice, lost, isOfTheSecond)
  return { pairs, lost, leftOver, unseen: open.filter((attempt) => attempt.statusCode !== null) }
}

/** Takes each attempt out of `attempts` that a request belongs to. Returns the requests that belong to none. */
function pairUp(
  requests: readonly SeenRequest[],
  attempts: Attempt[],
  pairs: Recorded['pairs'],
  belong: typeof isOfTheSecond,
): SeenRequest[] {
  return requests.filter((request) => {
    const index = attempts.findIndex((attempt) => belong(request, attempt))
    const [attempt] = index < 0 ? [] : attempts.splice(index, 1)
    if (attempt !== undefined) pairs.push({ request, attempt })
    return attempt === undefined
  })
}

function isOfTheSecond({ headers }: SeenRequest, { requestHeaders }: Attempt): boolean {
  return headers['webhook-timestamp'] === requestHeaders['webhook-timestamp']
}
