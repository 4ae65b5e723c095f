import type { Delivery } from '../core/delivery.ts'
import type { Webhook } from '../core/webhook.ts'

/** A delivery that waits in the store for its retry. */
export interface FrontRunner {
  readonly deliveryId: string
  readonly tries: number
  readonly dueAt: number
}

/**
 * A webhook is disabled when a delivery has used up its attempts while all fail. With one probe at a time and the oldest
 * first, the retries of that delivery would come after the first attempts of all others: at an endpoint that hangs, with
 * a thousand waiting, a day later than its schedule says. So the delivery that is furthest in its schedule is remembered,
 * and goes before the others when it is due.
 *
 * `delivery` and `webhook` are what an outcome made of them.
 */
export function frontRunnerAfter(
  before: FrontRunner | null,
  delivery: Pick<Delivery, 'id' | 'state' | 'tries' | 'dueAt'>,
  webhook: Pick<Webhook, 'failureCount'>,
): FrontRunner | null {
  if (webhook.failureCount === 0) return null
  const { id: deliveryId, tries, dueAt } = delivery
  const same = before?.deliveryId === deliveryId
  if (delivery.state !== 'pending' || dueAt === null) return same ? null : before
  return before === null || same || tries > before.tries ? { deliveryId, tries, dueAt } : before
}
