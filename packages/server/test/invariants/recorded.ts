import type { Attempt } from '../../src/core/attempt.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { Facts } from './facts.ts'
import type { SeenRequest } from './history.ts'

/** The requests a receiver had of one delivery beside the attempts that are recorded of it. */
export interface Recorded {
  pairs: { request: SeenRequest; attempt: Attempt }[]
  /** Requests that no attempt with a known outcome tells of. */
  leftOver: SeenRequest[]
  /** Attempts with an outcome of the receiver's making that it had no request for. */
  unseen: Attempt[]
}

/**
 * An attempt's row keeps the `webhook-timestamp` that was sent: it tells which request belongs to which attempt. Where
 * several fall into one second, those that agree in the answer as well belong together.
 */
export function recorded(facts: Facts, delivery: Pick<Delivery, 'id' | 'webhookId' | 'eventId'>): Recorded {
  const open = facts.attemptsOf(delivery.id).filter((attempt) => attempt.outcome !== 'unknown')
  const pairs: Recorded['pairs'] = []

  function pairUp(requests: readonly SeenRequest[], belong: typeof isOfTheSecond): SeenRequest[] {
    return requests.filter((request) => {
      const index = open.findIndex((attempt) => belong(request, attempt))
      const [attempt] = index < 0 ? [] : open.splice(index, 1)
      if (attempt !== undefined) pairs.push({ request, attempt })
      return attempt === undefined
    })
  }

  const unlike = pairUp(facts.requestsOf(delivery), (request, attempt) => {
    return isOfTheSecond(request, attempt) && attempt.statusCode === (request.answer?.status ?? null)
  })
  const leftOver = pairUp(unlike, isOfTheSecond)
  return { pairs, leftOver, unseen: open.filter((attempt) => attempt.statusCode !== null) }
}

function isOfTheSecond({ headers }: SeenRequest, { requestHeaders }: Attempt): boolean {
  return headers['webhook-timestamp'] === requestHeaders['webhook-timestamp']
}
