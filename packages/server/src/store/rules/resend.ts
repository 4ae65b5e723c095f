import { isFinished, resend, type Delivery, type ResendRefusal } from '../../core/delivery.ts'

/** What sending a delivery again reads and writes of an engine whose answers are synchronous. */
export interface ResendPort {
  /** The last one of the same event at the same webhook: itself, unless it was sent again. */
  newest(delivery: Delivery): Delivery
  saveDelivery(delivery: Delivery): void
  addDelivery(delivery: Delivery): void
  makeDeliveryId(): string
}

/**
 * Sends `delivery` again, or says why not. Answers with the one that is sent: itself while it is owed, another when it has ended. One
 * that was asked for before and is still owed is answered, and not doubled.
 */
export function sendAgain(
  port: ResendPort,
  delivery: Delivery,
  isSendable: boolean,
  now: number,
): Delivery | ResendRefusal {
  const newest = isFinished(delivery.state) ? port.newest(delivery) : delivery
  if (newest.resendOf !== null && newest.id !== delivery.id && !isFinished(newest.state)) return newest
  const again = resend(delivery, isSendable, () => port.makeDeliveryId(), now)
  if (typeof again === 'string') return again
  if (again.id === delivery.id) port.saveDelivery(again)
  else port.addDelivery(again)
  return again
}
